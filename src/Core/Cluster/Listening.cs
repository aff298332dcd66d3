namespace Bacalhau.Core.Cluster;

/// <summary>Since when an orchestrator has been able to hear its nodes. A machine that slept heard nobody, and is to hold no silence against them.</summary>
/// <param name="Since">Begin of the present stretch without a break.</param>
/// <param name="LastLook">When it was last seen to be awake.</param>
public readonly record struct Listening(DateTimeOffset Since, DateTimeOffset LastLook)
{
    /// <summary>As of now; it begins anew after a break in which nodes would have looked silent.</summary>
    public Listening At(DateTimeOffset now, LivenessRules rules) =>
        now - LastLook > rules.SilenceLimit ? new Listening(now, now) : this with { LastLook = now };
}
