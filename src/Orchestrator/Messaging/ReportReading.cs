using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Reads reports as observations, and cuts what a node must not make longer.</summary>
internal static class ReportReading
{
    private const int MaxEvents = 32;
    private const int MaxLogTailBytes = 64 * 1024;
    private const int MaxTextLength = 4096;

    /// <summary>The observation in a report.</summary>
    public static Observation Read(ExecutionReport report) => new()
    {
        Execution = new ExecutionId(report.ExecutionId),
        ReportRevision = report.ReportRevision,
        Outcome = report.Kind switch
        {
            ReportKind.Running => ObservedOutcome.Running,
            ReportKind.Refused => ObservedOutcome.Refused,
            ReportKind.NoRoom => ObservedOutcome.NoRoom,
            ReportKind.Completed => ObservedOutcome.Completed,
            ReportKind.Stopped => ObservedOutcome.Stopped,
            ReportKind.Interrupted => ObservedOutcome.Interrupted,
            _ => ObservedOutcome.Failed,
        },
        Phase = report.Phase,
        Problem = report.Problem is { } problem ? problem with { Message = Cut(problem.Message), Hint = Cut(problem.Hint) } : null,
        Output = report.Output is { } output ? Cut(output) : null,
        PublishedResult = report.PublishedResult,
        Events = [.. report.Events.Take(MaxEvents)],
        LogTail = report.LogTail.Length <= MaxLogTailBytes ? report.LogTail : report.LogTail[^MaxLogTailBytes..],
    };

    private static RunOutput Cut(RunOutput output) => output with
    {
        Stdout = Cut(output.Stdout),
        StdoutTruncated = output.StdoutTruncated || output.Stdout.Length > RunOutput.TextLimit,
        Stderr = Cut(output.Stderr),
        StderrTruncated = output.StderrTruncated || output.Stderr.Length > RunOutput.TextLimit,
        ErrorMessage = Cut(output.ErrorMessage),
    };

    private static byte[] Cut(byte[] text) => text.Length <= RunOutput.TextLimit ? text : text[..RunOutput.TextLimit];

    private static string Cut(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength];
}
