namespace Bacalhau.Compute.Executions;

/// <summary>Time limits as tasks give them.</summary>
internal static class TaskTimes
{
    /// <summary>A limit of so many seconds; null for none. Timers take no more than some weeks.</summary>
    public static TimeSpan? Of(long? seconds) => seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds.Value, 40 * 86_400)) : null;
}
