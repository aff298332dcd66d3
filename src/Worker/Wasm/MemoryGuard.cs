using System.Globalization;

namespace Bacalhau.Worker.Wasm;

/// <summary>Limits of the operating system, below those of the runtime.</summary>
internal static class MemoryGuard
{
    /// <summary>What runtime and program need besides the program's memory: tables, stacks, copies of output.</summary>
    private const long AllowanceBytes = 128L << 20;

    /// <summary>If the machine runs out of memory, a worker is to go rather than the node.</summary>
    public static void VolunteerForOutOfMemory()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "500");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Some containers forbid it; then all processes are equal.
        }
    }

    /// <summary>
    /// Lets the process take at most this much writable memory beyond what it has now; 0 lifts the limit. It is not the address space that is
    /// limited, of which the runtime reserves 4 GiB for each memory of a program.
    /// </summary>
    public static void Limit(long bytes) =>
        LinuxCalls.LimitData(bytes == 0 ? ulong.MaxValue : (ulong)(WritableBytes() + bytes + AllowanceBytes));

    private static long WritableBytes()
    {
        // Sixth field: data and stack, in pages.
        var pages = File.ReadAllText("/proc/self/statm").Split(' ')[5];
        return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }
}
