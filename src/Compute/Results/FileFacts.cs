using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bacalhau.Compute.Results;

/// <summary>What the system says of a file that is open.</summary>
/// <param name="Type">Kind of file, the bits of <c>st_mode</c>.</param>
/// <param name="Mode">Permissions.</param>
/// <param name="Uid">Owner.</param>
/// <param name="Gid">Group.</param>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Modified">Time of the last change.</param>
/// <param name="Links">How many names it has.</param>
internal readonly partial record struct FileFacts(int Type, UnixFileMode Mode, int Uid, int Gid, long Bytes, DateTimeOffset Modified, int Links)
{
    public const int Folder = 0x4000;
    public const int File = 0x8000;
    public const int Link = 0xA000;

    private const int AtEmptyPath = 0x1000;
    private const int AtCurrentFolder = -100;
    private const uint BasicFacts = 0x7ff;
    private const int OpenPathOnly = 0x200000;
    private const int OpenNoFollow = 0x20000;
    private const int OpenCloseOnExec = 0x80000;

    /// <summary>Opens a path without following a link in its last part and without touching what it is; null if it is not there.</summary>
    public static SafeFileHandle? TryOpen(string path)
    {
        var descriptor = OpenAt(AtCurrentFolder, path, OpenPathOnly | OpenNoFollow | OpenCloseOnExec, 0);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Asks what an open file is.</summary>
    /// <exception cref="IOException">The system does not say.</exception>
    public static FileFacts Of(SafeFileHandle file)
    {
        // The kernel's struct statx, the same on all architectures.
        Span<byte> facts = stackalloc byte[256];
        if (StatX((int)file.DangerousGetHandle(), "", AtEmptyPath, BasicFacts, facts) < 0)
        {
            throw new IOException($"statx: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var mode = BinaryPrimitives.ReadUInt16LittleEndian(facts[28..]);
        return new FileFacts(
            mode & 0xF000,
            (UnixFileMode)(mode & 0x0FFF),
            BinaryPrimitives.ReadInt32LittleEndian(facts[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(facts[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(facts[40..]),
            DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(facts[112..]), 0, 253402300799)),
            BinaryPrimitives.ReadInt32LittleEndian(facts[16..]));
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(int folder, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, Span<byte> facts);
}
