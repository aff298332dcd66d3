using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>Reads how a job is scheduled: the fields that the reference does not have.</summary>
internal static class PolicyReader
{
    public static RetryPolicy ReadRetry(ObjectReader policy) => new()
    {
        MaxAttempts = Int(policy, "MaxAttempts"),
        InitialBackoff = Int(policy, "InitialBackoff"),
        MaxBackoff = Int(policy, "MaxBackoff"),
    };

    public static DisconnectPolicy ReadDisconnect(ObjectReader policy) => new()
    {
        ReplaceAfter = LongOrNull(policy, "ReplaceAfter"),
        StopAfter = LongOrNull(policy, "StopAfter"),
    };

    public static RolloutPolicy ReadRollout(ObjectReader policy) => new()
    {
        MaxSurge = IntOrNull(policy, "MaxSurge"),
        MaxUnavailable = IntOrNull(policy, "MaxUnavailable"),
        HealthyAfter = LongOrNull(policy, "HealthyAfter"),
        AutoRollback = policy.Boolean("AutoRollback") ?? false,
    };

    public static JobSchedule ReadSchedule(ObjectReader schedule) => new()
    {
        Cron = schedule.Text("Cron"),
        TimeZone = schedule.Text("TimeZone"),
        Overlap = schedule.Text("Overlap"),
    };

    public static HealthCheckSpec ReadHealthCheck(ObjectReader check) => new()
    {
        Type = check.Text("Type"),
        Port = Int(check, "Port"),
        Path = check.Text("Path"),
        Command = check.Texts("Command"),
        Interval = LongOrNull(check, "Interval") ?? 0,
        Timeout = LongOrNull(check, "Timeout") ?? 0,
        Retries = Int(check, "Retries"),
    };

    /// <summary>A whole number; 0 when not given. Its range is for validation to check.</summary>
    public static int Int(ObjectReader from, string name) => IntOrNull(from, name) ?? 0;

    private static int? IntOrNull(ObjectReader from, string name) => (int?)from.WholeOrNull(name, int.MinValue, int.MaxValue);

    private static long? LongOrNull(ObjectReader from, string name) => from.WholeOrNull(name, long.MinValue, long.MaxValue);
}
