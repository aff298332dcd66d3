using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Url;
using Bacalhau.Compute.Network;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Benchmarks;

/// <summary>
/// An input of a URL: one file from a web server on this machine into the cache and an execution's folder, in turn with <c>curl</c> of the same file; then the same
/// input again, which is here already; and what a file that is ten times as large takes of memory.
/// </summary>
internal static class DownloadBenchmark
{
    private const int Pairs = 10;
    private const int Megabyte = 1_000_000;
    private const int FileMegabytes = 200;
    private static readonly string? _web = Environment.GetEnvironmentVariable("BACALHAU_TEST_WEB");
    private static readonly string? _webRoot = Environment.GetEnvironmentVariable("BACALHAU_TEST_WEB_ROOT");

    public static async Task RunAsync(Report report)
    {
        if (_web is null || _webRoot is null)
        {
            Console.Error.WriteLine("Skipped: BACALHAU_TEST_WEB names no web server; bench/run.sh starts nginx where it can be installed.");
            return;
        }

        var folder = Directory.CreateTempSubdirectory("bacalhau-bench-");
        using var http = GuardedHttp.Create(new AddressFilter(["localhost"]));
        try
        {
            Make("small.bin", FileMegabytes / 10);
            Make("file.bin", FileMegabytes);
            var (curl, ours, again) = (new List<double>(), new List<double>(), new List<double>());
            for (var pair = 0; pair <= Pairs; pair++)
            {
                var own = folder.CreateSubdirectory($"pair-{pair}");
                curl.Add(await TimeAsync(() => CurlAsync(Path.Combine(own.FullName, "curl"))));
                using var cache = Open(own);
                ours.Add(await TimeAsync(() => DownloadAsync(http, cache, own, "file.bin", "first")));
                again.Add(await TimeAsync(() => DownloadAsync(http, cache, own, "file.bin", "again")));
                own.Delete(recursive: true);
            }

            // The first pair warms both up.
            report.Add("URL input of 200 MB, p50", Percentiles.Of(ours.Skip(1), 0.5), "ms");
            report.Add("the same with curl, p50", Percentiles.Of(curl.Skip(1), 0.5), "ms");
            report.Add("URL input against curl, p50 of the pairs", Percentiles.Of(ours.Zip(curl, (mine, its) => mine / its).Skip(1), 0.5), "times", "<= 1 times");
            report.Add("URL input that is here already, p50", Percentiles.Of(again.Skip(1), 0.5), "ms");
            var small = await AllocatedAsync(http, folder, "small.bin");
            report.Add("memory allocated for 20 MB", small / (double)Megabyte, "MB");
            report.Add("memory allocated for 200 MB", await AllocatedAsync(http, folder, "file.bin") / (double)Megabyte, "MB", "flat");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<long> AllocatedAsync(HttpClient http, DirectoryInfo folder, string name)
    {
        using var cache = Open(folder.CreateSubdirectory("memory-" + name));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await DownloadAsync(http, cache, folder, name, "memory-of-" + name);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static InputCache Open(DirectoryInfo folder) => InputCache.Open(Path.Combine(folder.FullName, "cache"), 10L * FileMegabytes * Megabyte, TimeProvider.System);

    private static Task<Mount> DownloadAsync(HttpClient http, InputCache cache, DirectoryInfo folder, string name, string execution)
    {
        var url = JsonElement.Parse($"\"{_web}/{name}\"");
        var source = new SpecConfig { Type = "urlDownload", Params = ImmutableSortedDictionary<string, JsonElement>.Empty.Add("URL", url) };
        var input = new InputSource { Source = source, Target = "/inputs" };
        return new UrlInputSource(http, cache, new UrlInputOptions(), TimeProvider.System).PrepareAsync(
            new InputRequest(input, folder.CreateSubdirectory(execution).FullName), new Progress<ExecutionProgress>(), default);
    }

    private static async Task CurlAsync(string file)
    {
        using var curl = Process.Start(new ProcessStartInfo("curl", ["-sS", "--fail", "-o", file, $"{_web}/file.bin"]))!;
        await curl.WaitForExitAsync();
        if (curl.ExitCode != 0)
        {
            throw new InvalidOperationException($"curl ended with {curl.ExitCode}");
        }
    }

    private static void Make(string name, int megabytes)
    {
        using var file = File.Create(Path.Combine(_webRoot!, name));
        var random = new Random(1);
        var bytes = new byte[Megabyte];
        for (var i = 0; i < megabytes; i++)
        {
            random.NextBytes(bytes);
            file.Write(bytes);
        }
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var start = TimeProvider.System.GetTimestamp();
        await run().WaitAsync(TimeSpan.FromMinutes(1));
        return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
    }
}
