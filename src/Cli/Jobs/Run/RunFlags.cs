using System.Collections.Immutable;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>Flags of all commands that submit a job and wait for it.</summary>
internal static class RunFlags
{
    /// <summary>Whether the job is followed to its end.</summary>
    public static readonly Flag<bool> Wait = Flags.Bool("wait", "Wait until the job is done", value: true);

    /// <summary>Longest wait.</summary>
    public static readonly Flag<long> WaitSeconds = Flags.Number("wait-timeout-secs", "Longest wait in seconds; the job goes on after it", 600);

    /// <summary>Whether only the id is printed.</summary>
    public static readonly Flag<bool> IdOnly = Flags.Bool("id-only", "Print only the job's id");

    /// <summary>Whether outputs are printed by node.</summary>
    public static readonly Flag<bool> NodeDetails = Flags.Bool("node-details", "Print what the programs printed, by node, at the end");

    /// <summary>Whether the log is printed instead of events.</summary>
    public static readonly Flag<bool> Follow = Flags.Bool("follow", "Print the job's output as it comes", 'f');

    /// <summary>Whether the newest event of each execution is shown.</summary>
    public static readonly Flag<bool> GroupEvents = Flags.Bool("group-events", "Show the newest event of each execution");

    /// <summary>Whether nothing is submitted.</summary>
    public static readonly Flag<bool> DryRun = Flags.Bool("dry-run", "Submit nothing; show what would be");

    /// <summary>Whether the exit code tells how the job ended.</summary>
    public static readonly Flag<bool> FailOnJobFailure = Flags.Bool(
        "fail-on-job-failure", "End with exit code 1 if the job fails or a program's exit code is not 0, and with 124 if the wait is over before");

    /// <summary>The flags without <see cref="DryRun"/>.</summary>
    public static readonly ImmutableArray<Flag> Waiting = [Wait, WaitSeconds, IdOnly, NodeDetails, Follow, GroupEvents, FailOnJobFailure];

    /// <summary>All flags.</summary>
    public static readonly ImmutableArray<Flag> All = [DryRun, .. Waiting];
}
