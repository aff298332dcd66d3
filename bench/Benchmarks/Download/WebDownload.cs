using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Url;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Benchmarks.Download;

/// <summary>Files of the web server that bench/run.sh starts.</summary>
internal sealed class WebDownload(HttpClient http, string web) : ComparedDownload
{
    protected override string CurlUrl => $"{web}/large.bin";

    /// <summary>Puts the files there; null without a server.</summary>
    public static async Task<WebDownload?> TryStartAsync(HttpClient http)
    {
        if (Environment.GetEnvironmentVariable("BACALHAU_TEST_WEB") is not { Length: > 0 } web || Environment.GetEnvironmentVariable("BACALHAU_TEST_WEB_ROOT") is not { Length: > 0 } root)
        {
            Console.Error.WriteLine("Skipped: BACALHAU_TEST_WEB names no web server; bench/run.sh starts nginx where it can be installed.");
            return null;
        }

        foreach (var (name, megabytes) in new[] { ("small.bin", SmallMegabytes), ("large.bin", LargeMegabytes) })
        {
            await using var file = File.Create(Path.Combine(root, name));
            Write(file, megabytes);
        }

        return new WebDownload(http, web);
    }

    protected override IInputSource SourceOver(InputCache cache) => new UrlInputSource(http, cache, new UrlInputOptions(), TimeProvider.System);

    protected override SpecConfig InputOf(bool isLarge) => Spec.Of("urlDownload", ("URL", $"{web}/{(isLarge ? "large" : "small")}.bin"));
}
