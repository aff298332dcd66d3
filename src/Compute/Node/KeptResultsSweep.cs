using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

/// <summary>
/// Deletes results that this node keeps when they were kept long enough, or when their jobs are no more. Of those that the orchestrator does not know it waits a day: its
/// store may be a backup that is older than they are, and is put right.
/// </summary>
internal sealed partial class KeptResultsSweep(
    OrchestratorPort port, NodeStore store, IReadOnlyList<IKeptResults> keepers, TimeProvider clock, ILogger<KeptResultsSweep> logger)
{
    /// <summary>Time between two sweeps.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How long what the orchestrator does not know is kept all the same.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    private readonly Dictionary<ExecutionId, DateTimeOffset> unknownSince = [];

    /// <summary>Sweeps again and again until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        while (keepers.Count > 0)
        {
            await Task.Delay(Interval, clock, end);
            foreach (var keeper in keepers)
            {
                try
                {
                    keeper.DropOld();
                    await SweepAsync(keeper, end);
                }
                catch (Exception exception) when (!end.IsCancellationRequested) // What is left goes with the next sweep.
                {
                    LogNotSwept(exception);
                }
            }
        }
    }

    private async Task SweepAsync(IKeptResults keeper, CancellationToken end)
    {
        var kept = keeper.List().Where(execution => !store.Current.Held.ContainsKey(execution)).ToList();
        foreach (var gone in unknownSince.Keys.Except(kept).ToList())
        {
            unknownSince.Remove(gone);
        }

        foreach (var some in kept.Chunk(KeptResults.MostAtOnce))
        {
            if (port.Session.Length == 0
                || await port.AskAsync(Questions.Kept, new KeptResults { Executions = [.. some.Select(execution => execution.Value)] }, end) is not { } answer)
            {
                return;
            }

            var unknown = answer.Unknown.Select(execution => new ExecutionId(execution)).ToHashSet();
            foreach (var execution in some)
            {
                Judge(keeper, execution, unknown.Contains(execution));
            }
        }
    }

    private void Judge(IKeptResults keeper, ExecutionId execution, bool isUnknown)
    {
        if (!isUnknown)
        {
            unknownSince.Remove(execution);
        }
        else if (unknownSince.TryAdd(execution, clock.GetUtcNow()))
        {
            LogUnknown(execution, Patience);
        }
        else if (clock.GetUtcNow() - unknownSince[execution] >= Patience)
        {
            keeper.Drop(execution);
            unknownSince.Remove(execution);
            LogDropped(execution);
        }
    }
}
