using System.Runtime.InteropServices;

namespace Bacalhau.Compute.Inputs.Cache;

/// <summary>Gives files a second name.</summary>
internal static partial class HardLink
{
    /// <summary>Whether it could be done; the file system may not be the same, or not know links.</summary>
    public static bool TryMake(string existing, string name) => !OperatingSystem.IsWindows() && Link(existing, name) == 0;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
