using System.Collections.Immutable;
using System.Globalization;

namespace Bacalhau.Chaos;

/// <summary>What can go wrong.</summary>
internal enum FaultKind
{
    KillNode,
    StopNode,
    FreezeNode,
    FreezeNodeAndPrograms,
    WipeNode,
    CutLink,
    SilenceLink,
    SlowLink,
    FillNodeDisk,
    DrainNode,
    KillOrchestrator,
    StopOrchestrator,
    FreezeOrchestrator,
    FillOrchestratorDisk,
    KillMessageServer,
    FreezeMessageServer,
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="At">When, from the beginning of its round.</param>
/// <param name="Kind">What.</param>
/// <param name="Node">Index of the node, where it is about one.</param>
/// <param name="For">How long it lasts.</param>
internal sealed record Fault(TimeSpan At, FaultKind Kind, int Node, TimeSpan For)
{
    private static readonly FaultKind[] _rare =
        [FaultKind.WipeNode, FaultKind.FillOrchestratorDisk, FaultKind.StopOrchestrator, FaultKind.FreezeOrchestrator, FaultKind.FreezeMessageServer];

    /// <summary>Whether it is about one node.</summary>
    public bool IsOfNode => Kind < FaultKind.KillOrchestrator;

    /// <summary>The faults of a round, several of them at once.</summary>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="length">Length of the round.</param>
    /// <param name="nodes">Number of nodes.</param>
    public static ImmutableArray<Fault> Draw(Random random, TimeSpan length, int nodes)
    {
        var faults = Enumerable.Range(0, random.Next(4, 13)).Select(_ => DrawOne(random, length, nodes));
        return [.. faults.OrderBy(fault => fault.At)];
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind}{(IsOfNode ? $" node{Node + 1}" : "")} for {For.TotalSeconds:0.0} s");

    private static Fault DrawOne(Random random, TimeSpan length, int nodes)
    {
        var kinds = Enum.GetValues<FaultKind>();
        var kind = kinds[random.Next(kinds.Length)];
        if (_rare.Contains(kind) && random.Next(2) == 0)
        {
            kind = kinds[random.Next(kinds.Length)];
        }

        // Half of them shorter than the time after which a node counts as lost, half longer.
        var seconds = random.Next(2) == 0 ? random.NextDouble() * 2.5 : 2.5 + (random.NextDouble() * 10);
        return new Fault(length * random.NextDouble() * 0.8, kind, random.Next(nodes), TimeSpan.FromSeconds(seconds));
    }
}
