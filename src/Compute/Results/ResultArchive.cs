using System.Formats.Tar;
using System.IO.Compression;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Results;

/// <summary>Writes a results folder as tar.gz: links as links, devices, pipes and sockets left out with a warning.</summary>
public static class ResultArchive
{
    /// <summary>Writes the archive; the target stays open.</summary>
    /// <exception cref="IOException">A file cannot be read, or the target not be written.</exception>
    public static async Task WriteAsync(
        string folder, Stream target, IProgress<string>? warnings, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        await using var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true);
        await using var tar = new TarWriter(gzip);
        var (done, total) = (0L, new UnlinkedFiles(folder).Sum());
        foreach (var entry in ResultTree.Walk(folder))
        {
            if (entry.Kind == ResultKind.LeftOut)
            {
                warnings?.Report($"'{entry.Path}' is not published: {entry.Reason}");
                continue;
            }

            await WriteAsync(tar, entry, cancellation);
            done += entry.Kind == ResultKind.File ? entry.Bytes : 0;
            progress.Report(new ExecutionProgress("packing results", done, total, "bytes"));
        }
    }

    private static async Task WriteAsync(TarWriter tar, ResultEntry entry, CancellationToken cancellation)
    {
        await using var content = entry.Kind == ResultKind.File ? entry.OpenRead() : null;
        var written = entry.Kind switch
        {
            ResultKind.Folder => new PaxTarEntry(TarEntryType.Directory, entry.Path + "/"),
            ResultKind.Link => new PaxTarEntry(TarEntryType.SymbolicLink, entry.Path) { LinkName = entry.LinkTarget },
            _ => new PaxTarEntry(TarEntryType.RegularFile, entry.Path) { DataStream = content },
        };
        written.Mode = entry.Facts.Mode;
        written.Uid = entry.Facts.Uid;
        written.Gid = entry.Facts.Gid;
        written.ModificationTime = entry.Facts.Modified;
        await tar.WriteEntryAsync(written, cancellation);
    }
}
