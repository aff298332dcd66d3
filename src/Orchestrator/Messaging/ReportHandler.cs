using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Takes reports; they are acknowledged when they are on disk.</summary>
internal sealed class ReportHandler(StateWriter state, SignsOfLife signs, TimeProvider clock)
{
    /// <summary>Answers a batch of reports.</summary>
    public async Task<ReportAck?> HandleAsync(NodeId id, ReportBatch batch, CancellationToken cancellation)
    {
        if (state.SenderOf(id, batch) is not { Session: { } session })
        {
            return state.Sealed(new ReportAck { SessionIsOver = true });
        }

        signs.Note(id, session, clock.GetUtcNow());
        try
        {
            var rejected = await state.DecideAsync(context => Take(context, id, session, batch.Reports), cancellation);
            return state.Sealed(rejected is null ? new ReportAck { SessionIsOver = true } : new ReportAck { Rejected = rejected }, session);
        }
        catch (StoreUnavailableException)
        {
            return state.Sealed(new ReportAck { TryLater = true }, session);
        }
    }

    private static Rejection[]? Take(StateContext context, NodeId id, SessionId session, ExecutionReport[] reports)
    {
        if (context.Draft.Node(id)?.Session != session)
        {
            return null;
        }

        var rejected = new List<Rejection>();
        foreach (var report in reports)
        {
            var verdict = ExecutionReports.Take(context.Draft, id, ReportReading.Read(report), context.Now);
            if (verdict == ReportVerdict.Unknown)
            {
                rejected.Add(new Rejection
                {
                    ExecutionId = report.ExecutionId,
                    Revision = report.ReportRevision,
                    Reason = "the orchestrator has no such execution on this node",
                });
            }
        }

        return [.. rejected];
    }
}
