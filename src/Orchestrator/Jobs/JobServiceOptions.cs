using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>What a <see cref="JobService"/> works with.</summary>
public sealed record JobServiceOptions
{
    /// <summary>This orchestrator, kept in the Meta of the jobs it takes.</summary>
    public required NodeId Orchestrator { get; init; }

    /// <summary>Id of this orchestrator's store, kept in the Meta of the jobs it takes; empty for none.</summary>
    public string Instance { get; init; } = "";

    /// <summary>What is filled in where jobs leave it open.</summary>
    public JobDefaults Defaults { get; init; } = JobDefaults.BuiltIn;

    /// <summary>What is demanded of jobs.</summary>
    public JobRules Rules { get; init; } = JobRules.Default;

    /// <summary>Limits by namespace, of which only the highest priority counts here.</summary>
    public ImmutableSortedDictionary<string, NamespaceQuota> Quotas { get; init; } = ImmutableSortedDictionary<string, NamespaceQuota>.Empty;

    /// <summary>Where ids come from.</summary>
    public required IIdSource Ids { get; init; }
}
