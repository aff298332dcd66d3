namespace Bacalhau.Core.Resources;

/// <summary>An amount of each resource, in whole units so that sums are exact.</summary>
/// <param name="CpuMillis">Thousandths of a CPU core.</param>
/// <param name="MemoryBytes">Bytes of memory.</param>
/// <param name="DiskBytes">Bytes of disk.</param>
/// <param name="Gpus">Devices.</param>
public readonly record struct ResourceAmount(long CpuMillis, long MemoryBytes, long DiskBytes, long Gpus)
{
    /// <summary>Nothing of anything.</summary>
    public static ResourceAmount Zero => default;

    /// <summary>Whether every dimension is covered by <paramref name="room"/>.</summary>
    public bool FitsIn(ResourceAmount room) =>
        CpuMillis <= room.CpuMillis && MemoryBytes <= room.MemoryBytes && DiskBytes <= room.DiskBytes && Gpus <= room.Gpus;

    /// <summary>The sum, dimension by dimension.</summary>
    public static ResourceAmount operator +(ResourceAmount a, ResourceAmount b) =>
        new(a.CpuMillis + b.CpuMillis, a.MemoryBytes + b.MemoryBytes, a.DiskBytes + b.DiskBytes, a.Gpus + b.Gpus);

    /// <summary>The difference, dimension by dimension; may be negative.</summary>
    public static ResourceAmount operator -(ResourceAmount a, ResourceAmount b) =>
        new(a.CpuMillis - b.CpuMillis, a.MemoryBytes - b.MemoryBytes, a.DiskBytes - b.DiskBytes, a.Gpus - b.Gpus);

    /// <summary>Named form of the sum.</summary>
    public static ResourceAmount Add(ResourceAmount left, ResourceAmount right) => left + right;

    /// <summary>Named form of the difference.</summary>
    public static ResourceAmount Subtract(ResourceAmount left, ResourceAmount right) => left - right;

    /// <summary>The larger of two amounts, dimension by dimension.</summary>
    public static ResourceAmount Max(ResourceAmount a, ResourceAmount b) => new(
        Math.Max(a.CpuMillis, b.CpuMillis), Math.Max(a.MemoryBytes, b.MemoryBytes), Math.Max(a.DiskBytes, b.DiskBytes), Math.Max(a.Gpus, b.Gpus));
}
