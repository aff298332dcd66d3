using System.Collections.Immutable;
using Bacalhau.Compute.Node;
using Bacalhau.Core;
using Bacalhau.Core.Resources;

namespace Bacalhau.Simulation.Cluster;

/// <summary>What a simulated node is made of.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Capacity">What it gives to jobs.</param>
internal sealed record NodeSetup(NodeId Id, ResourceAmount Capacity)
{
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Types of its engines, all with the same programs.</summary>
    public ImmutableArray<string> Engines { get; init; } = ["fake"];

    /// <summary>Data that lies on it from the begin; null for a node that has no data at all.</summary>
    public ImmutableArray<int>? Data { get; init; }

    /// <summary>Whether its programs run on without its process; null for either.</summary>
    public bool? OutlivesNode { get; init; } = true;

    /// <summary>Whether its process asks to join, and begins anew when it is shut out; else who plays lets it in.</summary>
    public bool JoinsItself { get; init; }

    /// <summary>Whether its clock is right, and publishing takes no time and never fails.</summary>
    public bool IsSteady { get; init; } = true;

    public OnStop OnStop { get; init; }

    /// <summary>A node of a random cluster. What it has beyond whole cores is for what runs on every node.</summary>
    public static NodeSetup Any(int number, int cores) => new(
        new NodeId($"n-{number:D2}"), new ResourceAmount((cores * 1000) + 240, cores * 1_000_000_000L, 0, 0))
    {
        Labels = ImmutableSortedDictionary<string, string>.Empty.Add("zone", number % 2 == 0 ? "a" : "b"),
        Data = [.. Enumerable.Range(0, SimulatedInputs.Count).Where(data => (number + data) % 4 == 0)],
        OutlivesNode = null,
        JoinsItself = true,
        IsSteady = false,
    };
}
