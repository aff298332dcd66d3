using Bacalhau.Benchmarks.Download;
using Bacalhau.Compute.Network;

namespace Bacalhau.Benchmarks;

/// <summary>
/// Inputs from services on this machine into the cache and an execution's folder, in turn with <c>curl</c> of the same bytes; then the same input again, which is here
/// already; and what a file that is ten times as large takes of memory.
/// </summary>
internal static class DownloadBenchmark
{
    private const int Pairs = 10;
    private const int SlowPairs = 3;

    public static Task RunUrlAsync(Report report) => RunAsync(async (http, folder) =>
    {
        if (await WebDownload.TryStartAsync(http) is { } web)
        {
            await MeasureAsync(report, "URL", web, folder);
        }
    });

    /// <summary>Also through a proxy that sends each answer as slowly as services on the internet do: what parts side by side are for.</summary>
    public static Task RunS3Async(Report report) => RunAsync(async (http, folder) =>
    {
        using var s3 = await S3Download.TryStartAsync(http, "BACALHAU_TEST_S3");
        if (s3 is not null)
        {
            await MeasureAsync(report, "S3", s3, folder);
        }

        using var slow = await S3Download.TryStartAsync(http, "BACALHAU_TEST_SLOW_S3");
        if (slow is not null)
        {
            await CompareAsync(report, "slow S3", slow, folder, SlowPairs, "< 1 times");
        }
    });

    private static async Task RunAsync(Func<HttpClient, DirectoryInfo, Task> measure)
    {
        var folder = Directory.CreateTempSubdirectory("bacalhau-bench-");
        using var http = GuardedHttp.Create(new AddressFilter(["localhost", "127.0.0.1"]));
        try
        {
            await measure(http, folder);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(Report report, string what, ComparedDownload download, DirectoryInfo folder)
    {
        await CompareAsync(report, what, download, folder, Pairs, "<= 1 times");
        report.Add($"{what}: memory allocated for 20 MB", await AllocatedAsync(download, folder, isLarge: false), "MB");
        report.Add($"{what}: memory allocated for 200 MB", await AllocatedAsync(download, folder, isLarge: true), "MB", "flat");
    }

    private static async Task CompareAsync(Report report, string what, ComparedDownload download, DirectoryInfo folder, int pairs, string aim)
    {
        var (curl, ours, again) = (new List<double>(), new List<double>(), new List<double>());
        for (var pair = 0; pair <= pairs; pair++)
        {
            var own = folder.CreateSubdirectory($"{what}-{pair}");
            curl.Add(await TimeAsync(() => download.CurlAsync(Path.Combine(own.FullName, "curl"))));
            using var cache = ComparedDownload.Open(own);
            ours.Add(await TimeAsync(() => download.PrepareAsync(cache, own, isLarge: true, "first")));
            again.Add(await TimeAsync(() => download.PrepareAsync(cache, own, isLarge: true, "again")));
            own.Delete(recursive: true);
        }

        // The first pair warms both up.
        report.Add($"{what} input of 200 MB, p50", Percentiles.Of(ours.Skip(1), 0.5), "ms");
        report.Add($"{what}: the same with curl, p50", Percentiles.Of(curl.Skip(1), 0.5), "ms");
        report.Add($"{what} input against curl, p50 of the pairs", Percentiles.Of(ours.Zip(curl, (mine, its) => mine / its).Skip(1), 0.5), "times", aim);
        report.Add($"{what} input that is here already, p50", Percentiles.Of(again.Skip(1), 0.5), "ms");
    }

    private static async Task<double> AllocatedAsync(ComparedDownload download, DirectoryInfo folder, bool isLarge)
    {
        var own = folder.CreateSubdirectory($"memory-{Guid.NewGuid():N}");
        using var cache = ComparedDownload.Open(own);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await download.PrepareAsync(cache, own, isLarge, "memory");
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        own.Delete(recursive: true);
        return allocated / (double)ComparedDownload.Megabyte;
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var start = TimeProvider.System.GetTimestamp();
        await run().WaitAsync(TimeSpan.FromMinutes(1));
        return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
    }
}
