using System.Collections.Immutable;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Limits and doors of the HTTP API.</summary>
public sealed record ApiOptions
{
    /// <summary>Largest request body in bytes.</summary>
    public long BodyLimitBytes { get; init; } = 10_000_000;

    /// <summary>Longest time a request may take before it is answered with 503; streams are exempt.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests a second from one address (<c>API.RateLimit</c>); 0 for no limit. Loopback is exempt.</summary>
    public int RateLimit { get; init; } = 1000;

    /// <summary>Origins whose pages may use the API (<c>API.AllowedOrigins</c>); <c>*</c> for all. A page of the API's own host always may.</summary>
    public ImmutableArray<string> AllowedOrigins { get => field.IsDefault ? [] : field; init; }

    /// <summary>Host names that clients on this machine may use besides addresses and <c>localhost</c> (<c>API.AllowedHosts</c>).</summary>
    public ImmutableArray<string> AllowedHosts { get => field.IsDefault ? [] : field; init; }
}
