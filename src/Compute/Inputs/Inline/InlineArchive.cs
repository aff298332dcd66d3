using System.Formats.Tar;
using System.IO.Compression;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Inline;

/// <summary>Unpacks a tar.gz that came inside a job, with limits on everything that a stranger chooses.</summary>
internal static class InlineArchive
{
    /// <summary>Largest file, in bytes.</summary>
    public const long MostFileBytes = 10_000_000;

    /// <summary>Largest sum of files, in bytes: a small archive may hold a great many zeros.</summary>
    public const long MostBytes = 100_000_000;

    /// <summary>Most files and folders.</summary>
    public const int MostEntries = 10_000;

    /// <summary>Unpacks into a folder, which is made.</summary>
    /// <exception cref="InvalidDataException">The archive is not whole, or holds what may not be in it.</exception>
    public static async Task UnpackAsync(byte[] archive, string folder, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        using var packed = new MemoryStream(archive);
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        await using var reader = new TarReader(unpacked);
        var (bytes, entries) = (0L, 0);
        try
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
            {
                Check(entry, ++entries, bytes += entry.Length);
                await UnpackAsync(entry, folder, cancellation);
                progress.Report(new ExecutionProgress("unpacking inline input", bytes, 0, "bytes"));
            }
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"the archive is not whole: {e.Message}", e);
        }

        if (entries == 0)
        {
            throw new InvalidDataException("the archive holds nothing: is it a tar.gz?");
        }
    }

    private static void Check(TarEntry entry, int entries, long bytes)
    {
        if (entries > MostEntries)
        {
            throw new InvalidDataException($"the archive holds more than {MostEntries} files and folders");
        }

        if (entry.Length > MostFileBytes || bytes > MostBytes)
        {
            throw new InvalidDataException($"the archive's '{entry.Name}' is too large: a file may have {MostFileBytes} bytes, all together {MostBytes}");
        }

        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.Directory or TarEntryType.ContiguousFile
            or TarEntryType.GlobalExtendedAttributes))
        {
            throw new InvalidDataException($"the archive's '{entry.Name}' is neither a file nor a folder: links and devices cannot be sent inline");
        }

        if (entry.Name.StartsWith('/') || entry.Name.Split('/').Contains("..") || entry.Name.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidDataException($"the archive's '{entry.Name}' leads out of the input's folder");
        }
    }

    private static async Task UnpackAsync(TarEntry entry, string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, entry.Name);
        if (entry.EntryType == TarEntryType.Directory)
        {
            Directory.CreateDirectory(path);
            return;
        }

        if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (var file = new FileStream(path, FileMode.Create, FileAccess.Write))
        {
            await (entry.DataStream ?? Stream.Null).CopyToAsync(file, cancellation);
        }

        if (!OperatingSystem.IsWindows())
        {
            var isProgram = entry.Mode.HasFlag(UnixFileMode.UserExecute);
            File.SetUnixFileMode(path, isProgram ? InlineInputSource.ProgramMode : InlineInputSource.FileMode);
        }
    }
}
