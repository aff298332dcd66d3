using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>What each execution of a job needs, derived once from its normalised spec.</summary>
public sealed record JobDemand
{
    /// <summary>Partitions.</summary>
    public required int Count { get; init; }

    /// <summary>Priority, higher first.</summary>
    public int Priority { get; init; }

    /// <summary>Room one execution takes.</summary>
    public required ResourceAmount Amount { get; init; }

    /// <summary>Engine type, lower case.</summary>
    public required string Engine { get; init; }

    /// <summary>Publisher type, lower case; empty for none.</summary>
    public string Publisher { get; init; } = "";

    /// <summary>Input source types, lower case, distinct.</summary>
    public ImmutableArray<string> InputSources { get; init; } = [];

    /// <summary>Requirements on node labels.</summary>
    public ImmutableArray<LabelRequirement> Constraints { get; init; } = [];

    /// <summary>Wishes on node labels: a node that meets one ranks higher, none is excluded.</summary>
    public ImmutableArray<LabelRequirement> Preferences { get; init; } = [];

    /// <summary>Whether it asks for the node's own network.</summary>
    public bool NeedsHostNetwork { get; init; }

    /// <summary>Attempts per partition.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Wait before the second attempt.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between attempts.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest run of one execution; zero for none. The node enforces it.</summary>
    public TimeSpan ExecutionTimeout { get; init; }

    /// <summary>Longest wait while nothing can be placed; zero fails at once when no node could ever run it.</summary>
    public TimeSpan QueueTimeout { get; init; }

    /// <summary>Longest life of the version; zero for none.</summary>
    public TimeSpan TotalTimeout { get; init; }

    /// <summary>What decides which nodes fit, as text: demands of the same shape fit the same nodes.</summary>
    public string Shape => field ??= string.Join(
        '|',
        Amount.CpuMillis,
        Amount.MemoryBytes,
        Amount.DiskBytes,
        Amount.Gpus,
        Engine,
        Publisher,
        string.Join(',', InputSources),
        NeedsHostNetwork,
        string.Join(';', Constraints.Select(c => $"{c.Key}\t{c.Operator}\t{string.Join('\t', c.Values)}")));
}
