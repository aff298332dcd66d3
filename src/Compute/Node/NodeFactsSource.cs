using System.Collections.Immutable;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Publishers;
using Bacalhau.Core.Nodes;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

/// <summary>What the node says of itself: what does not change while it runs, and which engines, inputs and publishers work now.</summary>
/// <param name="fixedFacts">What does not change.</param>
/// <param name="sweeping">The engines, which are cleaned of orphans before they are said to work.</param>
/// <param name="inputs">Input sources.</param>
/// <param name="publishers">Publishers.</param>
/// <param name="logger">Where changes are told.</param>
internal sealed partial class NodeFactsSource(
    NodeFacts fixedFacts,
    EngineSweeping sweeping,
    IReadOnlyList<IInputSource> inputs,
    IReadOnlyList<IPublisher> publishers,
    ILogger<NodeFactsSource> logger)
{
    private readonly Dictionary<string, string> troubles = new(StringComparer.Ordinal);
    private NodeFacts told = new();
    private NodeFacts? found;

    /// <summary>As found last.</summary>
    public NodeFacts Current => found ?? fixedFacts;

    /// <summary>The facts, if the orchestrator does not know them yet; null if it does.</summary>
    public NodeFacts? News => Same(told, Current) ? null : Current;

    /// <summary>The orchestrator has taken these in.</summary>
    public void Told(NodeFacts facts) => told = facts;

    /// <summary>Looks again at what works.</summary>
    public async Task RefreshAsync(CancellationToken cancellation) => found = fixedFacts with
    {
        Engines = await FindAsync("engine", sweeping.Engines, engine => engine.Name, sweeping.FindWhyUnavailableAsync, cancellation),
        InputSources = await FindAsync("input source", inputs, input => input.Names[0], (input, end) => input.FindWhyUnavailableAsync(end), cancellation),
        Publishers = await FindAsync("publisher", publishers, publisher => publisher.Name, (publisher, end) => publisher.FindWhyUnavailableAsync(end), cancellation),
    };

    private async Task<ImmutableArray<string>> FindAsync<T>(
        string kind, IReadOnlyList<T> all, Func<T, string> name, Func<T, CancellationToken, Task<string?>> findTrouble, CancellationToken cancellation)
    {
        var working = ImmutableArray.CreateBuilder<string>();
        foreach (var one in all)
        {
            var trouble = await AskAsync(one, findTrouble, cancellation);
            if (trouble is null)
            {
                working.Add(name(one));
            }

            Tell($"{kind} {name(one)}", trouble);
        }

        working.Sort(StringComparer.Ordinal);
        return working.ToImmutable();
    }

    private static async Task<string?> AskAsync<T>(T one, Func<T, CancellationToken, Task<string?>> findTrouble, CancellationToken cancellation)
    {
        try
        {
            return await findTrouble(one, cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException) // What cannot even say whether it works does not.
        {
            return exception.Message;
        }
    }

    private void Tell(string name, string? trouble)
    {
        if (trouble is null)
        {
            if (troubles.Remove(name))
            {
                LogAvailable(name);
            }
        }
        else if (!troubles.TryGetValue(name, out var known) || known != trouble)
        {
            troubles[name] = trouble;
            LogUnavailable(name, trouble);
        }
    }

    private static bool Same(NodeFacts a, NodeFacts b) =>
        a.Engines.SequenceEqual(b.Engines)
        && a.InputSources.SequenceEqual(b.InputSources)
        && a.Publishers.SequenceEqual(b.Publishers)
        && a.Labels.SequenceEqual(b.Labels)
        && a with { Engines = [], InputSources = [], Publishers = [], Labels = null! } == b with { Engines = [], InputSources = [], Publishers = [], Labels = null! };
}
