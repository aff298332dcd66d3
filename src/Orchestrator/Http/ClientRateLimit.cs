using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Lets each address send so many requests a second, with bursts of one second's worth. Programs on this machine are not limited.</summary>
internal sealed class ClientRateLimit(int requestsPerSecond) : IDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(100);

    private readonly PartitionedRateLimiter<HttpContext> limiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
        requestsPerSecond <= 0 || context.Connection.RemoteIpAddress is not { } peer || IPAddress.IsLoopback(peer)
            ? RateLimitPartition.GetNoLimiter(IPAddress.Loopback)
            : RateLimitPartition.GetTokenBucketLimiter(peer, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = requestsPerSecond,
                TokensPerPeriod = Math.Max(1, requestsPerSecond / 10),
                ReplenishmentPeriod = _period,
                AutoReplenishment = true,
            }));

    /// <summary>Whether one more request is within the limit.</summary>
    public bool Allows(HttpContext context)
    {
        using var lease = limiter.AttemptAcquire(context);
        return lease.IsAcquired;
    }

    /// <inheritdoc/>
    public void Dispose() => limiter.Dispose();
}
