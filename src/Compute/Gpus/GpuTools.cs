using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Gpus;

/// <summary>Finds the node's GPUs with the programs of their makers. One that is not there finds none; one that fails is told in the log.</summary>
/// <param name="path">Folders in which the programs are looked for, as in <c>PATH</c>.</param>
/// <param name="deviceFolder">Where device files lie: <c>/dev</c>.</param>
/// <param name="logger">Where failures are told.</param>
public sealed partial class GpuTools(string path, string deviceFolder, ILogger<GpuTools> logger)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private static readonly string[] _links = ["card", "render"];

    /// <summary>The devices, those of one maker together, in the order of their programs.</summary>
    public async Task<ImmutableArray<GpuDevice>> FindAsync(CancellationToken cancellation) =>
    [
        .. await FindAsync(FindNvidiaAsync, "nvidia-smi", cancellation),
        .. await FindAsync(FindAmdAsync, "rocm-smi", cancellation),
        .. await FindAsync(FindIntelAsync, "xpu-smi", cancellation),
    ];

    private async Task<IReadOnlyList<GpuDevice>> FindAsync(
        Func<string, CancellationToken, Task<IReadOnlyList<GpuDevice>>> find, string name, CancellationToken cancellation)
    {
        var program = path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (program is null)
        {
            return [];
        }

        using var patience = new CancellationTokenSource(_patience);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await find(program, both.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            LogFailed(program, $"it did not answer within {_patience.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            LogFailed(program, exception.Message);
        }

        return [];
    }

    private static async Task<IReadOnlyList<GpuDevice>> FindNvidiaAsync(string program, CancellationToken cancellation) =>
        GpuOutput.OfNvidia(await RunAsync(program, cancellation, "--query-gpu=index,uuid,gpu_name,memory.total", "--format=csv,noheader,nounits"));

    private async Task<IReadOnlyList<GpuDevice>> FindAmdAsync(string program, CancellationToken cancellation)
    {
        var found = GpuOutput.OfAmd(await RunAsync(program, cancellation, "--showproductname", "--showbus", "--showmeminfo", "vram", "--json"));
        return [.. found.Select(device => device with { Paths = [Path.Combine(deviceFolder, "kfd"), .. FilesOf(device.Id)] })];
    }

    private async Task<IReadOnlyList<GpuDevice>> FindIntelAsync(string program, CancellationToken cancellation)
    {
        var devices = new List<GpuDevice>();
        foreach (var number in GpuOutput.NumbersOfIntel(await RunAsync(program, cancellation, "discovery", "--json")))
        {
            var one = await RunAsync(program, cancellation, "discovery", "--device", number.ToString(CultureInfo.InvariantCulture), "--json");
            var device = GpuOutput.OfIntel(one);
            devices.Add(device with { Paths = [.. FilesOf(device.Id)] });
        }

        return devices;
    }

    /// <summary>The device files of what sits at a PCI address. Their names by address are links, which a container would not follow.</summary>
    private IEnumerable<string> FilesOf(string address) =>
        from end in _links
        let link = Path.Combine(deviceFolder, "dri", "by-path", $"pci-{address}-{end}")
        select File.Exists(link) ? File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link : link;

    private static async Task<string> RunAsync(string program, CancellationToken cancellation, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? output : throw new InvalidDataException($"it ended with exit code {process.ExitCode}: {(await error).Trim()}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
