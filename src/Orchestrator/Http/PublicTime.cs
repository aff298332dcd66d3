namespace Bacalhau.Orchestrator.Http;

/// <summary>Times as numbers on the wire.</summary>
internal static class PublicTime
{
    /// <summary>Nanoseconds since 1970; a tick is 100 of them.</summary>
    public static long Nanoseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;
}
