using System.Collections.Immutable;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>What stood on the server when a command was recorded.</summary>
/// <param name="Job">The job whose id the command or its output shows.</param>
/// <param name="Names">Other jobs here in the place of those that the command names.</param>
/// <param name="Fresh">A job that is submitted just for this case; empty for none.</param>
/// <param name="Earlier">A case that came right before and counts; empty for none.</param>
/// <param name="Node">A node that joins just for this case; empty for none.</param>
internal sealed record GoldenScene(string Job, ImmutableSortedDictionary<string, string> Names, string Fresh = "", string Earlier = "", string Node = "")
{
    /// <summary>A job that was stopped while it ran.</summary>
    public const string Stopped = "stopped";

    private static readonly ImmutableSortedDictionary<string, string> _noNames = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The scene of a case.</summary>
    public static GoldenScene Of(string name) => name switch
    {
        "job-describe/failed-with-retries" or "job-executions/failed" => new("retried", _noNames),
        "job-describe/timed-out" => new("late", _noNames),
        "job-describe/stopped" or "job-get/stopped" or "job-stop/running-again" => With("svc", Stopped),
        "job-stop/quiet-again" => With("dmn", Stopped),
        "job-stop/running" or "job-stop/no-color" or "job-stop/tty" or "job-rerun/service-running" => Own(name, "svc", GoldenJobs.Service),
        "job-stop/quiet" => Own(name, "dmn", GoldenJobs.Daemon),
        "job-rerun/stopped-service" => Own(name, "svc", GoldenJobs.Service) with { Earlier = "job-stop/running" },
        "job-rerun/failed-job" => Own(name, "nowhere", GoldenJobs.Nowhere),
        "job-rerun/queued-job" or "job-rerun/unknown" or "job-rerun/after-a-failed-rerun" => new("hello", _noNames),
        _ when name.StartsWith("job-rerun/", StringComparison.Ordinal) => Own(name, "hello", GoldenJobs.Greeting),
        "job-stop/queued" => Own(name, "queued2", text => GoldenJobs.Queued(text)),
        "job-get/sub-path" => With("out/outputs/a.txt", "out/stdout"),
        "docker-run/truncated-output" => With("bigout", "bigout-container"),
        "docker-run/same-name-unchanged-2" => With("twice", "twice-again") with { Earlier = "docker-run/same-name-unchanged-1" },
        "node-approve/again" => With("node-c", "node-b"),
        "node-reject/ok" or "node-delete/ok" => OwnNode(name),
        "node-reject/again" or "node-approve/rejected" or "node-describe/rejected" => OwnNode(name) with { Earlier = "node-reject/ok" },
        _ when name.EndsWith("/execution-id", StringComparison.Ordinal) || name.EndsWith("/execution-id-short", StringComparison.Ordinal) => new("two", _noNames),
        _ when name.StartsWith("job-get/", StringComparison.Ordinal) => new("out", _noNames),
        _ => new("hello", _noNames),
    };

    private static GoldenScene With(string recorded, string here) => new(here, _noNames.Add(recorded, here));

    private static GoldenScene OwnNode(string name)
    {
        var here = "own-" + name.Replace('/', '-');
        return With("node-c", here) with { Node = here };
    }

    private static GoldenScene Own(string name, string recorded, Func<string, string> job)
    {
        var here = recorded + "-" + name.Split('/')[1];
        return With(recorded, here) with { Fresh = job(here) };
    }
}
