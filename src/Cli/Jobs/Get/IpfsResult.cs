using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Core.Content;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>A result in IPFS, which is fetched from the IPFS node of the person who wants it.</summary>
/// <param name="Cid">The folder.</param>
/// <param name="Index">Its place among the results of the job, which tells equal ones apart.</param>
/// <param name="ExecutionId">The execution; empty if nobody says.</param>
/// <param name="Metadata">What the result is made of; null if nobody says.</param>
internal sealed record IpfsResult(Cid Cid, int Index, string ExecutionId, ResultMetadataView? Metadata) : FetchableResult(ExecutionId, Metadata)
{
    /// <summary>Type of such results, lower case.</summary>
    public const string Type = "ipfs";

    /// <inheritdoc/>
    public override string FileName => $"{Index}-{Cid}";

    /// <summary>The result that the API describes.</summary>
    /// <exception cref="CliException">It has no CID.</exception>
    public static new IpfsResult Of(PublishedResultView item, int index)
    {
        var text = item.Params?.FirstOrDefault(parameter => parameter.Key.Equals("CID", StringComparison.OrdinalIgnoreCase)).Value.ToString() ?? "";
        return Cid.TryParse(text, out var cid, out var problem) ? new(cid, index, item.ExecutionID ?? "", item.Metadata) : throw new CliException($"the server names a result in IPFS that cannot be fetched: '{text}' {problem}");
    }

    /// <summary>Fetches it; what an earlier try has brought is not fetched again.</summary>
    /// <param name="node">The RPC of the IPFS node.</param>
    /// <param name="folder">Folder for its files, of its own.</param>
    /// <param name="path">The only file or folder wanted of it; empty for all.</param>
    /// <param name="timeout">Longest download.</param>
    /// <param name="bars">Shows how far it is.</param>
    /// <param name="cancellation">Ends the download.</param>
    /// <returns>The folder; empty where the result does not hold the path.</returns>
    /// <exception cref="CliException">It cannot be fetched.</exception>
    public async Task<string> FetchAsync(Uri node, string folder, string path, TimeSpan timeout, DownloadBars? bars, CancellationToken cancellation)
    {
        var files = Directory.CreateDirectory(folder).FullName;
        var options = new IpfsOptions { ReadTimeout = timeout > TimeSpan.Zero ? timeout : TimeSpan.FromMilliseconds(1) };
        using var client = new IpfsClient(node, options, TimeProvider.System);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            await CopyAsync(new IpfsCopy(new IpfsBlocks(client, options, TimeProvider.System)), files, path, bars, limit.Token);
        }
        catch (IpfsException problem) when (problem.Trouble == IpfsTrouble.NoSuchPath)
        {
            // Another result may hold it.
        }
        catch (IpfsException problem) when (problem.Trouble != IpfsTrouble.Silent)
        {
            throw new CliException($"the result {Cid} cannot be fetched: {problem.Message}", "Look whether your IPFS node runs and finds the content; ResultDownloaders.Types.IPFS.Endpoint says where it is");
        }
        catch (Exception problem) when (problem is IpfsException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new CliException(
                $"the result {Cid} was not fetched from {client.Name} within {GoDuration.Format(timeout)}",
                "Look whether an IPFS node that has it is online, run the command again to go on where it stopped, or give it longer with --download-timeout-secs");
        }
        return files;
    }

    private async Task CopyAsync(IpfsCopy copy, string files, string path, DownloadBars? bars, CancellationToken cancellation)
    {
        Action<long>? show = null;
        var target = path.Length == 0 ? files : Path.Combine(files, path);
        await copy.RunAsync(Cid, path, target, files + ".unfinished", (done, total) => (show ??= bars?.Add($"{Cid}", total))?.Invoke(done), cancellation);
    }
}
