using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Scheduling;

/// <summary>How a new version of a job that runs for ever replaces the old one.</summary>
/// <param name="MaxSurge">Executions that may run beside those they replace.</param>
/// <param name="MaxUnavailable">Executions that may be missing or not yet healthy at once; at least 1 without a surge.</param>
/// <param name="HealthyAfter">How long a new execution must be healthy before it counts.</param>
/// <param name="AutoRollback">Whether a failure of a new execution gives the old version back.</param>
public sealed record RolloutRules(int MaxSurge, int MaxUnavailable, TimeSpan HealthyAfter, bool AutoRollback)
{
    /// <summary>One after the other, each healthy for 10 s.</summary>
    public static readonly RolloutRules Default = new(0, 1, TimeSpan.FromSeconds(10), false);

    /// <summary>The rules that a job asks for.</summary>
    public static RolloutRules Of(RolloutPolicy? policy)
    {
        var surge = Math.Max(0, policy?.MaxSurge ?? Default.MaxSurge);
        var unavailable = policy?.MaxUnavailable ?? (surge > 0 ? 0 : Default.MaxUnavailable);
        return new RolloutRules(
            surge,
            surge == 0 ? Math.Max(1, unavailable) : Math.Max(0, unavailable),
            policy?.HealthyAfter is { } after ? TimeSpan.FromSeconds(Math.Clamp(after, 0, JobLimits.MaxTimeoutSeconds)) : Default.HealthyAfter,
            policy?.AutoRollback ?? false);
    }
}
