using System.Collections.Immutable;

namespace Bacalhau.Compute.Gpus;

/// <summary>One GPU of the node.</summary>
/// <param name="Id">What it is called whatever is plugged in beside it: the vendor's UUID, else its PCI address.</param>
/// <param name="Vendor">Who made it.</param>
/// <param name="Name">Its model.</param>
/// <param name="MemoryMib">Its memory in MiB.</param>
/// <param name="Paths">Device files through which programs use it; empty where the container runtime finds them by the id.</param>
public sealed record GpuDevice(string Id, GpuVendor Vendor, string Name, long MemoryMib, ImmutableArray<string> Paths);

/// <summary>Makers of GPUs.</summary>
public enum GpuVendor
{
    /// <summary>NVIDIA: found by <c>nvidia-smi</c>, given to containers by UUID.</summary>
    Nvidia,

    /// <summary>AMD: found by <c>rocm-smi</c>, given to containers as device files.</summary>
    Amd,

    /// <summary>Intel: found by <c>xpu-smi</c>, given to containers as device files.</summary>
    Intel,
}
