using Bacalhau.Core;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Gives job specs to nodes, piece by piece, and only to nodes that have an execution of that job. Keeps the latest specs, which many nodes ask for at once.</summary>
internal sealed class SpecHandler(StateWriter state)
{
    private const int PieceBytes = 256 * 1024;
    private const int MaxKept = 64;

    private readonly Lock gate = new();
    private readonly List<(JobId Job, int Version, Task<byte[]?> Spec)> kept = [];

    /// <summary>Answers a request for a piece.</summary>
    public async Task<Piece?> HandleAsync(NodeId id, SpecRequest request, CancellationToken cancellation)
    {
        if (state.SenderOf(id, request) is not { Session: { } session })
        {
            return state.Sealed(new Piece { SessionIsOver = true, Refused = "the session is over" });
        }

        if (!state.Current.Executions.TryGetValue(new ExecutionId(request.ExecutionId), out var execution)
            || execution.Node != id || execution.Job.Value != request.JobId || execution.JobVersion != request.JobVersion)
        {
            return state.Sealed(new Piece { Refused = $"execution {request.ExecutionId} of job {request.JobId} is not assigned to this node" }, session);
        }

        if (await SpecAsync(execution.Job, execution.JobVersion, cancellation) is not { } spec)
        {
            return state.Sealed(new Piece { Refused = $"job {request.JobId} has no version {request.JobVersion}" }, session);
        }

        var start = (int)Math.Clamp(request.Offset, 0, spec.Length);
        var next = Math.Min(spec.Length, start + PieceBytes);
        return state.Sealed(new Piece { Bytes = spec[start..next], Next = next, Total = spec.Length, IsEnd = next == spec.Length }, session);
    }

    private Task<byte[]?> SpecAsync(JobId job, int version, CancellationToken cancellation)
    {
        lock (gate)
        {
            kept.RemoveAll(entry => entry.Spec.IsFaulted || entry.Spec.IsCanceled);
            var found = kept.Find(entry => entry.Job == job && entry.Version == version);
            if (found.Spec is null)
            {
                found = (job, version, state.DecideAsync(context => context.Lookup.Spec(job, version), cancellation));
                kept.Add(found);
                if (kept.Count > MaxKept)
                {
                    kept.RemoveAt(0);
                }
            }

            return found.Spec;
        }
    }
}
