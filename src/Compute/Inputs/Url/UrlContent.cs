using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Locality;

namespace Bacalhau.Compute.Inputs.Url;

/// <summary>What is behind a URL. With other credentials it may be other content.</summary>
internal sealed class UrlContent(HttpClient http, UrlInputOptions options, Uri url, TimeProvider clock) : IContent
{
    /// <inheritdoc/>
    public string Key => "url " + url.GetComponents(UriComponents.HttpRequestUrl | UriComponents.UserInfo, UriFormat.UriEscaped);

    /// <inheritdoc/>
    public string Location => LocationOf(DataNeeds.DigestOf(url));

    /// <inheritdoc/>
    public Task<Fetched> FetchAsync(PartialFile into, CacheEntry? known, IProgress<ExecutionProgress> progress, CancellationToken cancellation) =>
        new UrlDownload(http, options, url, clock, into, known).RunAsync(progress, cancellation);

    /// <summary>Location of what is behind the URL of a digest.</summary>
    public static string LocationOf(string digest) => $"url {digest}";

    /// <inheritdoc/>
    public EngineException TooLarge(long mostBytes) => UrlProblems.TooLarge(url, mostBytes);
}
