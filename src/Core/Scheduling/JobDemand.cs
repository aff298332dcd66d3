using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>What each execution of a job needs, derived once from its normalised spec.</summary>
public sealed record JobDemand
{
    /// <summary>Kind of the job.</summary>
    public JobKind Kind { get; init; }

    /// <summary>Partitions or replicas; 0 for jobs that are counted by node.</summary>
    public required int Count { get; init; }

    /// <summary>Most executions of the job at once; 0 for no limit.</summary>
    public int MaxConcurrency { get; init; }

    /// <summary>Whether partitions prefer a node each; else they fill one node after the other.</summary>
    public bool Spreads { get; init; }

    /// <summary>
    /// Whether the emptiest nodes come first; else the fullest that still fit. Work with data goes to empty ones, so that nodes have room for what needs their data.
    /// </summary>
    public bool PrefersEmpty { get => field || Spreads; init; }

    /// <summary>Silence of a node after which its executions are replaced, if longer than the one after which the node is lost.</summary>
    public TimeSpan ReplaceAfter { get; init; }

    /// <summary>How a new version replaces the old one.</summary>
    public RolloutRules Rollout { get; init; } = RolloutRules.Default;

    /// <summary>When jobs are started from this one, which has no executions of its own then; null for none.</summary>
    public JobSchedule? Schedule { get; init; }

    /// <summary>The scheduled job that started it; null for none.</summary>
    public JobId? Parent { get; init; }

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

    /// <summary>Inputs that nodes may hold already; none where that is not to count.</summary>
    public ImmutableArray<DataNeed> Data { get; init; } = [];

    /// <summary>Whether only nodes that hold all of <see cref="Data"/> may run it.</summary>
    public bool RequiresData { get; init; }

    /// <summary>How long a busy node that holds the data is waited for; null to derive it from how long the data would take to move.</summary>
    public TimeSpan? LocalityWait { get; init; }

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

    /// <summary>A number for <see cref="Shape"/>, by which the queue is grouped; the same in every process.</summary>
    public long ShapeKey => field != 0 ? field : field = HashOf(Shape);

    /// <summary>What decides which nodes fit and which is best, as text: demands of the same shape rank nodes alike.</summary>
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
        Kind == JobKind.Batch,
        Spreads,
        PrefersEmpty,
        TextOf(Constraints),
        TextOf(Preferences),
        RequiresData,
        LocalityWait,
        string.Join(',', Data.Select(need => need.Key)));

    private static string TextOf(ImmutableArray<LabelRequirement> requirements) =>
        string.Join(';', requirements.Select(r => $"{r.Key}\t{r.Operator}\t{string.Join('\t', r.Values)}"));

    /// <summary>FNV-1a of the text, never 0.</summary>
    private static long HashOf(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash == 0 ? 1 : (long)hash;
    }
}
