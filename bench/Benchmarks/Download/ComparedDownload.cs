using System.Diagnostics;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Benchmarks.Download;

/// <summary>Two files of a service, 20 and 200 MB large, as inputs and as <c>curl</c> fetches the larger one.</summary>
internal abstract class ComparedDownload
{
    public const int Megabyte = 1_000_000;
    protected const int SmallMegabytes = 20;
    protected const int LargeMegabytes = 200;

    /// <summary>The URL for <c>curl</c>.</summary>
    protected abstract string CurlUrl { get; }

    public static InputCache Open(DirectoryInfo folder) => InputCache.Open(Path.Combine(folder.FullName, "cache"), 10L * LargeMegabytes * Megabyte, TimeProvider.System);

    /// <summary>Makes an input of one of the files.</summary>
    public async Task PrepareAsync(InputCache cache, DirectoryInfo folder, bool isLarge, string execution)
    {
        var source = SourceOver(cache);
        var input = new InputSource { Source = InputOf(isLarge), Target = "/inputs" };
        await source.PrepareAsync(new InputRequest(input, folder.CreateSubdirectory(execution).FullName), new Progress<ExecutionProgress>(), default);
        (source as IDisposable)?.Dispose();
    }

    public async Task CurlAsync(string file)
    {
        using var curl = Process.Start(new ProcessStartInfo("curl", ["-sS", "--fail", "-o", file, CurlUrl]))!;
        await curl.WaitForExitAsync();
        if (curl.ExitCode != 0)
        {
            throw new InvalidOperationException($"curl ended with {curl.ExitCode}");
        }
    }

    protected abstract IInputSource SourceOver(InputCache cache);

    protected abstract SpecConfig InputOf(bool isLarge);

    protected static void Write(Stream to, int megabytes)
    {
        var random = new Random(1);
        var bytes = new byte[Megabyte];
        for (var i = 0; i < megabytes; i++)
        {
            random.NextBytes(bytes);
            to.Write(bytes);
        }
    }
}
