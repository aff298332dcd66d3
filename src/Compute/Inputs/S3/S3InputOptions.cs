using System.Collections.Immutable;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>How objects are fetched, and from where.</summary>
public sealed record S3InputOptions
{
    /// <summary>Longest silence of a server, before its answer and within it (<c>InputSources.ReadTimeout</c>).</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often what broke off is taken up again without a byte of progress in between (<c>InputSources.MaxRetryCount</c>).</summary>
    public int MaxRetryCount { get; init; } = 3;

    /// <summary>Pause before the first such attempt; it doubles.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Most objects of one input.</summary>
    public int MostObjects { get; init; } = 100_000;

    /// <summary>Most objects that are looked at to find them.</summary>
    public int MostListed { get; init; } = 1_000_000;

    /// <summary>Objects that are listed with one request.</summary>
    public int ListedAtOnce { get; init; } = 1000;

    /// <summary>Objects of one input that are fetched at the same time.</summary>
    public int MostAtOnce { get; init; } = 8;

    /// <summary>Buckets that jobs may use, with <c>*</c> and <c>?</c>; none is all (<c>Compute.S3.Buckets</c>).</summary>
    public ImmutableArray<string> Buckets { get; init; } = [];

    /// <summary>Whether static keys of the node go to an endpoint that a job names (<c>Compute.S3.AllowJobEndpoints</c>).</summary>
    public bool AllowJobEndpoints { get; init; } = true;

    /// <summary>The node's own endpoint, which is used where a job names none, and gets all of its credentials; null for AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Region where a job names none.</summary>
    public string Region { get; init; } = "us-east-1";
}
