using System.Collections.Concurrent;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Store;

namespace Bacalhau.Compute.Node;

/// <summary>
/// Cleans each engine once of what belongs to no execution that is held, before the node says that the engine works: one that is away at the start is swept
/// when it comes, and until then no execution of it can be given to this node.
/// </summary>
internal sealed class EngineSweeping(IReadOnlyList<IEngine> engines, NodeStore store, TimeProvider clock)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, bool> swept = new(StringComparer.Ordinal);
    private bool isBegun;

    /// <summary>The engines.</summary>
    public IReadOnlyList<IEngine> Engines => engines;

    /// <summary>From now on engines are swept: the orchestrator has taken this process for the node's only one.</summary>
    public void Begin() => isBegun = true;

    /// <summary>Why an engine does not work; null if it does.</summary>
    public async Task<string?> FindWhyUnavailableAsync(IEngine engine, CancellationToken cancellation)
    {
        if (await engine.FindWhyUnavailableAsync(cancellation) is { } trouble)
        {
            return trouble;
        }

        return !isBegun || swept.ContainsKey(engine.Name) ? null : await SweepAsync(engine, cancellation);
    }

    private async Task<string?> SweepAsync(IEngine engine, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await engine.SweepAsync(store.Current.Held.Values.Where(held => !held.IsEnded).Select(held => held.Id).ToHashSet(), both.Token);
            swept[engine.Name] = true;
            return null;
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested) // Tried again at the next look.
        {
            return $"what earlier executions have left cannot be removed: {exception.Message}";
        }
    }
}
