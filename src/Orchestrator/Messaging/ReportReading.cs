using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Reads reports as observations, within the limits that a node must keep to.</summary>
internal static class ReportReading
{
    /// <summary>The observation in a report.</summary>
    public static Observation Read(ExecutionReport report) => ReadCut(ReportLimits.Cut(report));

    private static Observation ReadCut(ExecutionReport report) => new()
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
        IsHealthy = report.IsHealthy,
        Problem = report.Problem,
        Inputs = report.Inputs is { Here: >= 0, Moved: >= 0 } bytes ? bytes : null,
        Output = report.Output,
        PublishedResult = report.PublishedResult,
        Events = [.. report.Events],
        LogTail = report.LogTail,
    };
}
