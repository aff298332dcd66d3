using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Results;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Publishers.S3;

/// <summary>
/// Sends the files of a results folder one by one, several at a time. The first that fails ends the others, and everything that was sent is taken back. S3 cannot make
/// many objects visible in one step: whoever looks meanwhile sees some of them, and what tells that they are all there is the execution's published result.
/// </summary>
internal sealed class S3FolderUpload(S3Sending sending, S3Target target, PublishRequest request)
{
    private const int MostKeyBytes = 1024;
    private readonly ConcurrentBag<string> begun = [];
    private readonly ResultFileList sent = new();
    private long done;

    /// <summary>Sends them, and says what they are.</summary>
    /// <exception cref="EngineException">A file cannot be sent, or there are too many.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<ResultMetadata> RunAsync(Func<CancellationToken, Task> grant, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var total = Check();
        try
        {
            await SendAsync(grant, total, progress, cancellation);
            return sent.ToMetadata();
        }
        catch
        {
            await sending.TryUndoAsync(limit => EachAsync(begun, (key, cancel) => sending.DeleteMineAsync(target, key, cancel), limit));
            throw;
        }
    }

    /// <summary>Looks at all names before the first file is sent; gives the bytes of all files.</summary>
    private long Check()
    {
        var (files, bytes) = (0, 0L);
        foreach (var entry in ResultTree.Walk(request.Folder))
        {
            if (entry.Kind is ResultKind.Link or ResultKind.LeftOut)
            {
                var reason = entry.Kind == ResultKind.Link ? "it is a link, and objects know none" : entry.Reason;
                request.Warnings?.Report($"'{entry.Path}' is not published: {reason}");
            }

            if (entry.Kind != ResultKind.File)
            {
                continue;
            }

            bytes += entry.Bytes;
            if (++files > sending.Options.MostFiles)
            {
                throw Refused("S3:TooManyFiles", string.Create(CultureInfo.InvariantCulture, $"the results have more than {sending.Options.MostFiles} files"));
            }

            if (Encoding.UTF8.GetByteCount(target.Key + entry.Path) > MostKeyBytes)
            {
                throw Refused("S3:BadName", string.Create(CultureInfo.InvariantCulture, $"the key of '{entry.Path}' would be longer than the {MostKeyBytes} bytes that S3 allows"));
            }
        }

        return bytes;
    }

    private Task SendAsync(Func<CancellationToken, Task> grant, long total, IProgress<ExecutionProgress> progress, CancellationToken cancellation) =>
        EachAsync(Files(), async (file, cancel) =>
        {
            await using var content = file.Content;
            await SendAsync(file.Path, content, grant, cancel);
            progress.Report(new ExecutionProgress("publishing results", Interlocked.Add(ref done, file.Bytes), total, "bytes"));
        }, cancellation);

    /// <summary>The files, each opened as the walk saw it.</summary>
    private IEnumerable<(string Path, long Bytes, FileStream Content)> Files() =>
        from entry in ResultTree.Walk(request.Folder) where entry.Kind == ResultKind.File select (entry.Path, entry.Bytes, entry.OpenRead());

    private async Task SendAsync(string path, FileStream file, Func<CancellationToken, Task> grant, CancellationToken cancellation)
    {
        var key = target.Key + path;
        await using var content = new DigestStream(file);
        await using var upload = new S3ObjectUpload(sending, target, key, file.Length);
        begun.Add(key);
        try
        {
            await content.CopyToAsync(upload, cancellation);
            await upload.CompleteAsync(grant, cancellation);
        }
        catch
        {
            await upload.UndoAsync();
            throw;
        }

        sent.Add(path, content.Count, content.Digest());
    }

    private Task EachAsync<T>(IEnumerable<T> all, Func<T, CancellationToken, Task> work, CancellationToken cancellation) => Parallel.ForEachAsync(
        all,
        new ParallelOptions { MaxDegreeOfParallelism = sending.Options.FilesAtOnce, CancellationToken = cancellation },
        async (one, cancel) => await work(one, cancel));

    private static EngineException Refused(string code, string message) =>
        new(new ExecutionProblem(code, message, "Take the Encoding gzip, which makes one archive of them."), isRefusal: true);
}
