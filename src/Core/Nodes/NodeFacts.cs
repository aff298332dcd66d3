using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Nodes;

/// <summary>What a node says of itself when it says hello, and again when it changes.</summary>
public sealed record NodeFacts
{
    /// <summary>Whether it runs executions.</summary>
    public bool IsCompute { get; init; }

    /// <summary>Whether it is an orchestrator too (a hybrid), or only.</summary>
    public bool IsOrchestrator { get; init; }

    /// <summary>Labels, its own and the automatic ones.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get => field ?? TextMap.Empty; init => field = TextMap.Of(value); }

    /// <summary>Engines that work on it, lower case.</summary>
    public ImmutableArray<string> Engines { get => field.IsDefault ? [] : field; init; }

    /// <summary>Publishers that work on it, lower case.</summary>
    public ImmutableArray<string> Publishers { get => field.IsDefault ? [] : field; init; }

    /// <summary>Input sources that work on it, lower case.</summary>
    public ImmutableArray<string> InputSources { get => field.IsDefault ? [] : field; init; }

    /// <summary>What it gives to jobs in all.</summary>
    public ResourceAmount Capacity { get; init; }

    /// <summary>The most that one execution may ask.</summary>
    public ResourceAmount MaxJobRequirements { get; init; }

    /// <summary>Whether it allows the host network to jobs.</summary>
    public bool AllowsHostNetwork { get; init; }

    /// <summary>Address under which its results can be fetched; empty for the one NATS sees.</summary>
    public string AdvertisedAddress { get => field ?? ""; init; }

    /// <summary>Program version, as <c>v1.9.3+dotnet.0.1.0</c>.</summary>
    public string Version { get => field ?? ""; init; }

    /// <summary>Operating system, Go's name, as <c>linux</c>.</summary>
    public string Os { get => field ?? ""; init; }

    /// <summary>Architecture, Go's name, as <c>amd64</c>.</summary>
    public string Arch { get => field ?? ""; init; }

    /// <summary>Host name, for people.</summary>
    public string Host { get => field ?? ""; init; }
}

/// <summary>Whether a node may take part.</summary>
public enum NodeMembership
{
    /// <summary>Waits for an operator.</summary>
    Pending,

    /// <summary>Takes part.</summary>
    Approved,

    /// <summary>Was refused by an operator.</summary>
    Rejected,
}

/// <summary>Whether a node answers.</summary>
public enum NodeConnection
{
    /// <summary>Said goodbye, or missed two heartbeats; nothing new is placed there.</summary>
    Disconnected,

    /// <summary>Has a session and speaks.</summary>
    Connected,

    /// <summary>Silent for the disconnect timeout; its session is over.</summary>
    Lost,
}
