using System.Collections.Immutable;
using Bacalhau.Compute.Store;

namespace Bacalhau.Compute.Gpus;

/// <summary>Which devices an execution gets. What is saved with the executions is all that is known of who has which.</summary>
internal static class GpuAssignment
{
    /// <summary>Those that it has already, else the first that no other execution has; null if they are too few.</summary>
    /// <param name="devices">The devices that are given to jobs.</param>
    /// <param name="all">All executions that the node holds.</param>
    /// <param name="one">The execution that is to start.</param>
    public static ImmutableArray<GpuDevice>? Choose(ImmutableArray<GpuDevice> devices, IEnumerable<HeldExecution> all, HeldExecution one)
    {
        var count = (int)Math.Min(one.Assignment?.Amount.Gpus ?? 0, int.MaxValue);
        var own = Of(devices, one);
        if (own.Length >= count)
        {
            return own;
        }

        var taken = all.Where(held => held.Id != one.Id && !held.IsEnded).SelectMany(held => held.Gpus).ToHashSet(StringComparer.Ordinal);
        var free = devices.Where(device => !taken.Contains(device.Id)).Take(count).ToImmutableArray();
        return free.Length == count ? free : null;
    }

    /// <summary>The devices that an execution has.</summary>
    public static ImmutableArray<GpuDevice> Of(ImmutableArray<GpuDevice> devices, HeldExecution one) => [.. devices.Where(device => one.Gpus.Contains(device.Id))];
}
