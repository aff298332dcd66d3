using System.Runtime.InteropServices;
using Xunit;

namespace Bacalhau.TestKit.Storage;

/// <summary>A file system of a few megabytes, mounted over a folder, that can be filled and freed. Gone with this object.</summary>
public sealed partial class SmallDisk : IDisposable
{
    private const int Detach = 2;
    private const int BlockBytes = 4096;
    private readonly string folder;
    private readonly string filler;

    private SmallDisk(string folder) => (this.folder, filler) = (folder, Path.Combine(folder, "filler"));

    /// <summary>Mounts one over a folder, which is made; skips the test where that is not allowed.</summary>
    public static SmallDisk Over(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        var error = Mount("tmpfs", folder, "tmpfs", 0, $"size={megabytes}m,mode=0700") == 0 ? 0 : Marshal.GetLastPInvokeError();
        Assert.SkipWhen(error != 0, $"A small file system cannot be mounted here ({Marshal.GetPInvokeErrorMessage(error)}): a full disk needs one, and root");
        return new SmallDisk(folder);
    }

    /// <summary>Takes all room that is left, but for some.</summary>
    public void Fill(int butKilobytes = 0)
    {
        using var file = new FileStream(filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            for (var block = new byte[BlockBytes]; ;)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // It is full.
        }

        file.SetLength(Math.Max(0, file.Length - (butKilobytes * 1024L)));
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(filler);

    /// <inheritdoc/>
    public void Dispose() => _ = Unmount(folder, Detach);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
