using System.Collections.Immutable;

namespace Bacalhau.Core.Scheduling;

/// <summary>What one look at the cluster decided. Nothing in it leaves a choice to whoever applies it.</summary>
/// <param name="Steps">What to do, in order.</param>
/// <param name="WakeAt">When to plan again even if nothing changes; null for never.</param>
/// <param name="HasMore">Whether a limit cut the pass short: plan again at once.</param>
public sealed record Plan(ImmutableArray<PlanStep> Steps, DateTimeOffset? WakeAt, bool HasMore);
