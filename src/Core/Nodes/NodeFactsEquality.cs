using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Nodes;

/// <summary>Compares what nodes say by content; a record compares its lists and maps by reference.</summary>
public static class NodeFactsEquality
{
    /// <summary>Whether both say the same.</summary>
    public static bool AreSame(NodeFacts a, NodeFacts b) =>
        a.Labels.SequenceEqual(b.Labels)
        && a.Engines.SequenceEqual(b.Engines)
        && a.Publishers.SequenceEqual(b.Publishers)
        && a.InputSources.SequenceEqual(b.InputSources)
        && WithoutLists(a) == WithoutLists(b);

    private static NodeFacts WithoutLists(NodeFacts facts) => facts with { Labels = TextMap.Empty, Engines = [], Publishers = [], InputSources = [] };
}
