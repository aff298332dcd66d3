using System.Runtime.InteropServices;

namespace Bacalhau.Compute.Node;

/// <summary>
/// The system's clock, whose timestamps also count the time in which the machine was suspended (CLOCK_BOOTTIME), so that what ran out in the
/// meantime is seen to have run out.
/// </summary>
public sealed partial class BootClock : TimeProvider
{
    private const int BootTime = 7;

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000_000;

    /// <inheritdoc/>
    public override long GetTimestamp() =>
        GetTime(BootTime, out var time) == 0 ? (time.Seconds * TimestampFrequency) + time.Nanoseconds : throw new InvalidOperationException("The system has no CLOCK_BOOTTIME.");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
