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

    /// <summary>Whether its programs run on without its process.</summary>
    public bool OutlivesNode { get; init; } = true;

    /// <summary>Whether publishing takes no time and never fails.</summary>
    public bool IsSteady { get; init; } = true;

    public OnStop OnStop { get; init; }

    /// <summary>Some node or other.</summary>
    public static NodeSetup Any(Random random, int number)
    {
        var cores = 1 + random.Next(3);
        var capacity = new ResourceAmount(cores * 1000, cores * 1_000_000_000L, 0, 0);
        return new NodeSetup(new NodeId($"n-{number:D2}"), capacity) { OutlivesNode = random.Next(2) == 0, IsSteady = false };
    }
}
