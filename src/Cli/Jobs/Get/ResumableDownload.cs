using System.Globalization;
using System.Net;
using Bacalhau.Cli.Configuration;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>
/// Downloads a result: from where it is published, or through the orchestrator if that place is not reached. A download that broke off goes on where
/// it stopped, since a published result never changes.
/// </summary>
internal sealed class ResumableDownload(ApiClient client, string job, TimeSpan timeout, DownloadBars? bars)
{
    private const int BufferBytes = 128 << 10;
    private const string Unfinished = ".part";

    /// <summary>Downloads into a folder.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="CliException">The result is not reached in either way, or it takes too long.</exception>
    public async Task<string> FetchAsync(FetchableResult result, string folder, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, result.FileName);
        if (File.Exists(file))
            return file;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            // A limit below what a timer can tell would sometimes be too late for a small file.
            if (timeout < TimeSpan.FromMilliseconds(1))
                await limit.CancelAsync();
            var direct = await TryAsync(result.Address.AbsoluteUri, isResource: false, file, limit.Token);
            if (direct is not null && result.ExecutionId.Length > 0)
            {
                var relay = ApiClient.Job(job, $"/results/{result.ExecutionId}");
                if (await TryAsync(relay, isResource: true, file, limit.Token) is { } relayed)
                    throw Unreached(result, $"{direct}; and not through {client.Connection.AddressText}: {relayed}");
            }
            else if (direct is not null)
            {
                throw Unreached(result, direct);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(
                $"the download from {result.Address.Host} was not done within {GoDuration.Format(timeout)}",
                "Run the command again to go on where it stopped, or give it longer with --download-timeout-secs");
        }
        File.Move(file + Unfinished, file);
        return file;
    }

    /// <summary>Downloads from one place; a text says why it did not work.</summary>
    private async Task<string?> TryAsync(string address, bool isResource, string file, CancellationToken cancellation)
    {
        try
        {
            await using var target = new FileStream(file + Unfinished, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            using var response = await client.DownloadAsync(address, target.Length, isResource, cancellation);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && response.Content.Headers.ContentRange?.Length == target.Length)
                return null;
            if (!response.IsSuccessStatusCode)
                return string.Create(CultureInfo.InvariantCulture, $"the answer is {(int)response.StatusCode} {response.StatusCode}");
            var isContinued = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == target.Length;
            if (response.StatusCode == HttpStatusCode.PartialContent && !isContinued)
                return "the answer is another part than asked for";
            if (!isContinued)
                target.SetLength(0);
            target.Seek(0, SeekOrigin.End);
            await CopyAsync(response, target, cancellation);
            return null;
        }
        catch (Exception problem) when (problem is HttpRequestException or HttpIOException)
        {
            return problem.Message;
        }
    }

    private async Task CopyAsync(HttpResponseMessage response, FileStream target, CancellationToken cancellation)
    {
        var show = bars?.Add(Path.GetFileNameWithoutExtension(target.Name), target.Length + response.Content.Headers.ContentLength);
        var buffer = new byte[BufferBytes];
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        while (await content.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            await target.WriteAsync(buffer.AsMemory(0, count), cancellation);
            show?.Invoke(target.Length);
        }
    }

    private static CliException Unreached(FetchableResult result, string why) => new(
        $"the result at {result.Address.Host}:{result.Address.Port} cannot be downloaded: {why}",
        "Check that this machine reaches that address; the node's Publishers.Types.Local.Address says what it is");
}
