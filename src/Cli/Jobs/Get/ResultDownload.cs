using System.Net;
using System.Text.Json;
using Bacalhau.Cli.Configuration;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>
/// Brings results of all kinds into a folder: from where they are published, or through the orchestrator if their node is not reached. An address that is no longer good
/// is asked for anew.
/// </summary>
internal sealed class ResultDownload(ApiClient client, ApiQuery query, string job, TimeSpan timeout, Uri? ipfs, DownloadBars? bars)
{
    private const int FilesAtOnce = 8;
    private readonly ResumableDownload download = new(client);

    /// <summary>Brings one result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="path">The only file or folder wanted of it; empty for all.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The file, or the folder of files.</returns>
    /// <exception cref="CliException">It is not reached, or takes too long.</exception>
    public async Task<string> FetchAsync(FetchableResult result, string folder, string path, CancellationToken cancellation)
    {
        var target = Path.Combine(folder, result.FileName);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            // A limit below what a timer can tell would sometimes be too late for a small file.
            if (timeout < TimeSpan.FromMilliseconds(1))
                await limit.CancelAsync();
            await (result switch
            {
                LinkedResult linked => FetchAsync(linked, target, limit.Token),
                BucketResult bucket => FetchAsync(bucket, target, path, limit.Token),
                IpfsResult content => content.FetchAsync(ipfs!, target, path, timeout, bars, cancellation),
                _ => throw new InvalidOperationException($"nothing fetches a {result.GetType().Name}"),
            });
            return target;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(
                $"the download{(result is LinkedResult { Address: var from } ? $" from {from.Host}" : "")} was not done within {GoDuration.Format(timeout)}",
                "Run the command again to go on where it stopped, or give it longer with --download-timeout-secs");
        }
    }

    private async Task FetchAsync(LinkedResult result, string file, CancellationToken cancellation)
    {
        var sha256 = result.Metadata?.ArchiveSHA256 ?? "";
        var show = BarFor(result.FileName);
        var failure = await download.RunAsync(result.Address.AbsoluteUri, isResource: false, file, sha256, show, cancellation);
        if (failure is { Status: HttpStatusCode.Forbidden } && await FindAnewAsync(result, cancellation) is { } found)
            failure = await download.RunAsync(found.Address.AbsoluteUri, isResource: false, file, sha256, show, cancellation);
        if (failure is null)
            return;
        if (!result.IsKeptByNode || result.ExecutionId.Length == 0)
            throw Unreached(result, failure.Why);
        var relay = ApiClient.Job(job, $"/results/{result.ExecutionId}{query}");
        if (await download.RunAsync(relay, isResource: true, file, sha256, show, cancellation) is { } relayed)
            throw Unreached(result, $"{failure.Why}; and not through {client.Connection.AddressText}: {relayed.Why}");
    }

    /// <summary>The same result with an address that is good now; null if the old one is.</summary>
    private async Task<LinkedResult?> FindAnewAsync(LinkedResult result, CancellationToken cancellation)
    {
        var answer = await client.GetAsync(ApiClient.Job(job, "/results"), query, cancellation);
        var items = answer.Deserialize(ApiJson.Wire.ResultListView)!.Items;
        return items.Select(FetchableResult.Of).OfType<LinkedResult>().FirstOrDefault(found => found.ExecutionId == result.ExecutionId && found.Address != result.Address);
    }

    private async Task FetchAsync(BucketResult result, string folder, string path, CancellationToken cancellation)
    {
        var answer = await client.GetAsync(ApiClient.Job(job, $"/results/{result.ExecutionId}/files"), query, cancellation);
        var files = answer.Deserialize(ApiJson.Wire.ResultFilesView)!.Items.Where(file => IsWanted(file.Path, path)).ToList();
        var digests = (result.Metadata?.FileList ?? []).ToDictionary(file => file.Path, file => file.SHA256, StringComparer.Ordinal);
        Directory.CreateDirectory(folder);
        var (show, done, total) = (BarFor(result.FileName), 0L, files.Sum(file => file.Bytes));
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellation }, async (file, cancel) =>
        {
            var target = PathIn(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var digest = digests.GetValueOrDefault(file.Path, "");
            if (await download.RunAsync(file.URL, isResource: false, target, digest, (_, _) => { }, cancel) is { } failure)
                throw new CliException($"'{file.Path}' of the result of execution {result.ExecutionId} cannot be downloaded: {failure.Why}", "Run the command again to go on where it stopped");
            show(Interlocked.Add(ref done, file.Bytes), total);
        });
    }

    private Action<long, long?> BarFor(string name)
    {
        Action<long>? bar = null;
        return (bytes, total) => (bar ??= bars?.Add(Path.GetFileNameWithoutExtension(name), total))?.Invoke(bytes);
    }

    private static bool IsWanted(string file, string path) => path.Length == 0 || file == path || file.StartsWith(path + "/", StringComparison.Ordinal);

    /// <summary>Whoever wrote into the bucket decides on the names.</summary>
    private static string PathIn(string folder, string name) => name.Length > 0 && !name.Contains('\\') && !name.Contains('\0') && !name.Split('/').Any(part => part is "" or "." or "..")
        ? Path.Combine(folder, name)
        : throw new CliException($"the result has an object whose name is that of no file: '{name}'", "Remove it from the bucket, or fetch the others one by one");

    private static CliException Unreached(LinkedResult result, string why) => new(
        $"the result at {result.Address.Host}:{result.Address.Port} cannot be downloaded: {why}",
        result.IsKeptByNode
            ? "Check that this machine reaches that address; the node's Publishers.Types.Local.Address says what it is"
            : "Check that this machine reaches that address");
}
