using System.Collections.Immutable;

namespace Bacalhau.Compute.S3;

/// <summary>How servers of S3 are asked for jobs, and which of them.</summary>
public record S3Options
{
    /// <summary>Region where neither the job nor the node names one. Services other than AWS mostly have no regions, and signatures need some.</summary>
    public const string DefaultRegion = "us-east-1";

    /// <summary>Longest silence of a server, before its answer and within it (<c>InputSources.ReadTimeout</c>).</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often what broke off is taken up again without a byte of progress in between (<c>InputSources.MaxRetryCount</c>).</summary>
    public int MaxRetryCount { get; init; } = 3;

    /// <summary>Pause before the first such attempt; it doubles.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Buckets that jobs may use, with <c>*</c> and <c>?</c>; none is all (<c>Compute.S3.Buckets</c>).</summary>
    public ImmutableArray<string> Buckets { get; init; } = [];

    /// <summary>Whether static keys of the node go to an endpoint that a job names (<c>Compute.S3.AllowJobEndpoints</c>).</summary>
    public bool AllowJobEndpoints { get; init; } = true;

    /// <summary>The node's own endpoint, which is used where a job names none, and gets all of its credentials; null for AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The node's own region, where a job names none; empty for <see cref="DefaultRegion"/>.</summary>
    public string Region { get; init; } = "";
}
