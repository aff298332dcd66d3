namespace Bacalhau.Compute.Inputs.Url;

/// <summary>How URLs are downloaded.</summary>
public sealed record UrlInputOptions
{
    /// <summary>Longest silence of a server, before its answer and within it (<c>InputSources.ReadTimeout</c>). A download that goes on may take as long as it takes.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a download that broke off is taken up again without a byte of progress in between (<c>InputSources.MaxRetryCount</c>).</summary>
    public int MaxRetryCount { get; init; } = 3;

    /// <summary>Pause before the first such attempt; it doubles.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);
}
