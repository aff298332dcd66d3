using Bacalhau.Compute.Engines;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>The reports of how executions end, each with its event for the job's history.</summary>
internal static class EndReports
{
    /// <summary>Topic of what is found before the start.</summary>
    public const string Scanning = "Exec Scanning";

    /// <summary>Topic of fetching inputs.</summary>
    public const string Inputs = "Downloading Inputs";

    /// <summary>Topic of fetching what the engine needs.</summary>
    public const string Environment = "Preparing Environment";

    /// <summary>Topic of the run.</summary>
    public const string Running = "Running Execution";

    /// <summary>Topic of publishing.</summary>
    public const string Publishing = "Publishing Results";

    /// <summary>Exit code shown for a program that ended itself well after it was asked to end: that is no success.</summary>
    private const int Terminated = 143;

    /// <summary>Exit code shown for a program that ended well, but whose execution failed.</summary>
    private const int FailedAfterwards = 1;

    /// <summary>It can never run here.</summary>
    public static ExecutionReport Refused(ExecutionProblem problem) => End(ReportKind.Refused) with { Problem = problem, Events = [EventOf(Scanning, problem)] };

    /// <summary>There is no room for it.</summary>
    public static ExecutionReport NoRoom(string message) =>
        End(ReportKind.NoRoom) with { Problem = new ExecutionProblem("Node:NoRoom", message) };

    /// <summary>It failed.</summary>
    public static ExecutionReport Failed(string topic, ExecutionProblem problem, RunOutput? output = null, bool timedOut = false) => End(ReportKind.Failed) with
    {
        Problem = problem,
        TimedOut = timedOut,
        Output = NotZero(output, timedOut ? Terminated : FailedAfterwards),
        Events = [EventOf(topic, problem)],
    };

    /// <summary>It ended with a result.</summary>
    public static ExecutionReport Completed(RunOutput output, PublishedResult? published) => End(ReportKind.Completed) with { Output = output, PublishedResult = published };

    /// <summary>It ended because that was asked.</summary>
    public static ExecutionReport Stopped(RunOutput? output = null) => End(ReportKind.Stopped) with { Output = NotZero(output, Terminated) };

    /// <summary>It ended because the node stopped.</summary>
    public static ExecutionReport Interrupted(RunOutput? output = null) => End(ReportKind.Interrupted) with
    {
        Output = NotZero(output, Terminated),
        Problem = new ExecutionProblem("Node:Stopped", "the node was stopped while the execution ran"),
    };

    /// <summary>It ended because it was asked to, or the node had to.</summary>
    public static ExecutionReport EndedFor(StopCause cause, RunOutput? output) => cause switch
    {
        StopCause.NodeStops => Interrupted(output),
        StopCause.CutOff => Interrupted(output) with
        {
            Problem = new ExecutionProblem(
                "Node:StoppedWhileCutOff",
                "the node stopped the execution because it had not heard from the orchestrator for as long as the job allows (Disconnect.StopAfter)",
                "See to the network between the node and the orchestrator, or raise Disconnect.StopAfter."),
        },
        _ => Stopped(output),
    };

    /// <summary>The node cannot save that it starts. The job can do nothing for that, so it is no attempt.</summary>
    public static ExecutionReport NotStarted(string reason) => End(ReportKind.Interrupted) with { Problem = new ExecutionProblem("Node:NotSaved", reason) };

    /// <summary>The program did not end within its time.</summary>
    public static ExecutionProblem TimeLimit(TimeSpan limit) => new("", $"execution timed out: it ran longer than its limit of {Text(limit)}");

    /// <summary>The program ended with a code that its task calls a failure.</summary>
    public static ExecutionProblem NonZeroExit(int code) => new("Task:NonZeroExit", $"the program ended with exit code {code}");

    /// <summary>Something happened for which no rule exists.</summary>
    public static ExecutionProblem Unexpected(Exception exception) =>
        new("Node:Unexpected", $"the node met an unexpected error: {exception.Message}", "The node's log has the details.");

    /// <summary>How the run is told in the output's error text.</summary>
    public static string ErrorTextOf(EngineExit exit) => exit.Problem?.Message ?? "";

    private static ExecutionReport End(ReportKind kind) => new() { Kind = kind, ReportRevision = ReportOutbox.EndRevision };

    private static RunOutput? NotZero(RunOutput? output, int code) => output is { ExitCode: 0 } ? output with { ExitCode = code } : output;

    private static ExecutionEvent EventOf(string topic, ExecutionProblem problem)
    {
        var details = problem.Details.SetItem("IsError", "true");
        details = problem.Code.Length > 0 ? details.SetItem("ErrorCode", problem.Code) : details;
        return new ExecutionEvent(topic, problem.Message, 0, problem.Hint.Length > 0 ? details.SetItem("Hint", problem.Hint) : details);
    }

    private static string Text(TimeSpan time) => time.TotalSeconds < 60 ? $"{time.TotalSeconds:0.###} s" : $"{time:c}";
}
