using System.Globalization;
using Bacalhau.Core.Resources;

namespace Bacalhau.Compute.Node;

/// <summary>What of a machine is given to jobs: each an amount (<c>2</c>, <c>1Gb</c>) or a share of the machine (<c>80%</c>); empty for all of it.</summary>
/// <param name="Cpu">Cores.</param>
/// <param name="Memory">Bytes with a unit.</param>
/// <param name="Disk">Bytes with a unit.</param>
/// <param name="Gpu">Devices.</param>
public sealed record NodeCapacity(string Cpu, string Memory, string Disk, string Gpu)
{
    /// <summary>What the machine has: cores and memory that this process may use, the disk that is free where <paramref name="folder"/> lies, and the devices that were found.</summary>
    public static ResourceAmount OfMachine(string folder, int gpus) => new(
        Environment.ProcessorCount * 1000L,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        new DriveInfo(folder).AvailableFreeSpace,
        gpus);

    /// <summary>What jobs get.</summary>
    /// <param name="machine">What the machine has.</param>
    /// <exception cref="FormatException">An amount cannot be read; the message names it.</exception>
    public ResourceAmount Of(ResourceAmount machine) => new(
        Part("CPU", Cpu, machine.CpuMillis, text => ResourceText.TryParseCpu(text, out var millis) ? millis : null),
        Part("Memory", Memory, machine.MemoryBytes, text => ResourceText.TryParseBytes(text, out var bytes) ? bytes : null),
        Part("Disk", Disk, machine.DiskBytes, text => ResourceText.TryParseBytes(text, out var bytes) ? bytes : null),
        Devices(machine.Gpus));

    private static long Part(string what, string text, long whole, Func<string, long?> parse)
    {
        text = text.Trim();
        if (text.Length == 0)
        {
            return whole;
        }

        return Share(text) is { } share ? (long)(whole * share)
            : parse(text) ?? throw new FormatException($"Compute.AllocatedCapacity.{what} '{text}' is neither an amount nor a share such as 80%.");
    }

    /// <summary>A share of some devices is at least one device. What is not there cannot be given.</summary>
    private long Devices(long devices)
    {
        var part = Part("GPU", Gpu, devices, text => ResourceText.TryParseGpus(text, out var count) ? count : null);
        return part == 0 && devices > 0 && Share(Gpu.Trim()) > 0 ? 1 : Math.Min(part, devices);
    }

    private static decimal? Share(string text) =>
        text.EndsWith('%') && decimal.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100
            ? percent / 100
            : null;
}
