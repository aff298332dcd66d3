using System.Formats.Tar;
using System.IO.Compression;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>Unpacks the archive of a result. Whoever made it is not trusted: nothing is written outside the folder, and no link is followed.</summary>
internal sealed class ResultArchive(Action<string> warn)
{
    /// <summary>More entries than this are refused.</summary>
    private const int MostEntries = 1_000_000;

    /// <summary>An archive that grows by more than this factor is refused, once it is large.</summary>
    private const long MostGrowth = 1000;
    private const long SmallBytes = 1L << 30;

    /// <summary>Unpacks a file into an empty folder.</summary>
    /// <exception cref="CliException">It is damaged, or grows beyond reason.</exception>
    public void Unpack(string file, string folder)
    {
        var links = new List<(string Path, string Target)>();
        var mostBytes = Math.Max(SmallBytes, new FileInfo(file).Length * MostGrowth);
        try
        {
            using var stream = File.OpenRead(file);
            using var gzip = new GZipStream(stream, CompressionMode.Decompress);
            using var tar = new TarReader(gzip);
            var entries = 0;
            var bytes = 0L;
            while (tar.GetNextEntry() is { } entry)
            {
                bytes += entry.Length;
                if (++entries > MostEntries || bytes > mostBytes)
                    throw new CliException($"the archive {Path.GetFileName(file)} grows beyond reason when it is unpacked", "Fetch it with --raw and look at it");
                Take(entry, folder, links);
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException)
        {
            File.Delete(file);
            throw new CliException($"the archive {Path.GetFileName(file)} is damaged: {problem.Message}", "Run the command again to download it anew");
        }
        // Links come last, so that nothing is written through one.
        foreach (var (path, target) in links.Where(link => !File.Exists(link.Path) && !Directory.Exists(link.Path)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.CreateSymbolicLink(path, target);
        }
    }

    private void Take(TarEntry entry, string folder, List<(string Path, string Target)> links)
    {
        if (PathIn(folder, entry.Name) is not { } path)
        {
            if (entry.Name.TrimEnd('/') is not ("." or ""))
                warn($"'{entry.Name}' would lie outside the folder and is left out");
            return;
        }
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(path);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                entry.ExtractToFile(path, overwrite: true);
                break;
            case TarEntryType.SymbolicLink when entry.LinkName.Length == 0 || entry.LinkName.Contains('\0', StringComparison.Ordinal):
                warn($"'{entry.Name}' is a link without a target and is left out");
                break;
            case TarEntryType.SymbolicLink:
                links.Add((path, entry.LinkName));
                break;
            case TarEntryType.GlobalExtendedAttributes:
                break;
            default:
                warn($"'{entry.Name}' is no file, folder or link ({entry.EntryType}) and is left out");
                break;
        }
    }

    /// <summary>Where an entry belongs; null if that is outside the folder, or the folder itself.</summary>
    private static string? PathIn(string folder, string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        return parts.Length == 0 || parts.Contains("..") || name.StartsWith('/') || name.Contains('\\', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal)
            ? null
            : Path.Combine([folder, .. parts]);
    }
}
