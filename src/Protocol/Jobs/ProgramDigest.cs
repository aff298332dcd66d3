using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>Tells whether running executions of a service or daemon job are still what its spec asks for, so that an update need not replace them.</summary>
public static class ProgramDigest
{
    /// <summary>
    /// SHA-256, lower-case hex, of all of a spec that a running execution depends on. What says only how many there are, in what order and how they are listed,
    /// retried and replaced is no part of it; nor are a daemon's constraints, as it follows its nodes one by one.
    /// </summary>
    public static string Of(JobSpec spec) => SpecDocument.Of(JobNormalisation.Normalise(spec) with
    {
        Count = null,
        Priority = 0,
        Constraints = spec.Type == JobTypes.Daemon ? [] : spec.Constraints,
        Labels = TextMap.Empty,
        Meta = TextMap.Empty,
        RetryPolicy = null,
        MaxConcurrency = 0,
        Placement = "",
        Locality = "",
        LocalityWait = null,
        Disconnect = null,
        Rollout = null,
    }).Digest;
}
