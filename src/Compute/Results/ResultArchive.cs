using System.Formats.Tar;
using System.IO.Compression;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Results;

/// <summary>Writes a results folder as tar.gz: links as links, devices, pipes and sockets left out with a warning.</summary>
public static class ResultArchive
{
    /// <summary>Writes the archive, and says what it is made of; the target stays open.</summary>
    /// <exception cref="IOException">A file cannot be read, or the target not be written.</exception>
    public static async Task<ResultMetadata> WriteAsync(
        string folder, Stream target, IProgress<string>? warnings, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var files = new ResultFileList();
        await using var archive = new DigestStream(target);
        await using (var gzip = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(gzip))
        {
            await WriteAsync(tar, folder, files, warnings, progress, cancellation);
        }

        return files.ToMetadata() with { ArchiveBytes = archive.Count, ArchiveSha256 = archive.Digest() };
    }

    private static async Task WriteAsync(
        TarWriter tar, string folder, ResultFileList files, IProgress<string>? warnings, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var (done, total) = (0L, new UnlinkedFiles(folder).Sum());
        foreach (var entry in ResultTree.Walk(folder))
        {
            if (entry.Kind == ResultKind.LeftOut)
            {
                warnings?.Report($"'{entry.Path}' is not published: {entry.Reason}");
                continue;
            }

            await WriteAsync(tar, entry, files, cancellation);
            done += entry.Kind == ResultKind.File ? entry.Bytes : 0;
            progress.Report(new ExecutionProgress("packing results", done, total, "bytes"));
        }
    }

    private static async Task WriteAsync(TarWriter tar, ResultEntry entry, ResultFileList files, CancellationToken cancellation)
    {
        await using var file = entry.Kind == ResultKind.File ? entry.OpenRead() : null;
        await using var content = file is null ? null : new DigestStream(file);
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
        if (content is not null)
        {
            files.Add(entry.Path, content.Count, content.Digest());
        }
    }
}
