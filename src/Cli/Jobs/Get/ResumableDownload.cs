using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>
/// Downloads one file. A download that broke off goes on where it stopped, if what is there is still the same, and no file has its name before it is whole and has the
/// digest that is known of it.
/// </summary>
internal sealed class ResumableDownload(ApiClient client)
{
    private const int BufferBytes = 128 << 10;
    private const string Unfinished = ".part";
    private const string TagOfUnfinished = ".part.tag";

    /// <summary>Downloads a file, unless it is there.</summary>
    /// <param name="address">Where it is; the server's own resources are given as paths.</param>
    /// <param name="isResource">Whether the address is a path of the API, to which credentials go.</param>
    /// <param name="file">Path of the file.</param>
    /// <param name="sha256">Digest that it must have, lower-case hex; empty for any.</param>
    /// <param name="progress">Is told how many bytes are there, and how many will be if that is known.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null when it is there; else why not.</returns>
    public async Task<DownloadFailure?> RunAsync(
        string address, bool isResource, string file, string sha256, Action<long, long?> progress, CancellationToken cancellation)
    {
        if (File.Exists(file))
            return null;
        if (await TryAsync(address, isResource, file, progress, cancellation) is { } failure)
            return failure;
        if (!IsRight(file + Unfinished, sha256))
        {
            // Two contents may have been mixed: anew, once.
            Forget(file);
            if (await TryAsync(address, isResource, file, progress, cancellation) is { } again)
                return again;
            if (!IsRight(file + Unfinished, sha256))
            {
                Forget(file);
                return new("it is damaged: its SHA-256 is not the one that was published");
            }
        }
        File.Delete(file + TagOfUnfinished);
        File.Move(file + Unfinished, file);
        return null;
    }

    private async Task<DownloadFailure?> TryAsync(string address, bool isResource, string file, Action<long, long?> progress, CancellationToken cancellation)
    {
        try
        {
            await using var target = new FileStream(file + Unfinished, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            using var response = await client.DownloadAsync(address, target.Length, TagOf(file), isResource, cancellation);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && response.Content.Headers.ContentRange?.Length == target.Length)
                return null;
            if (!response.IsSuccessStatusCode)
                return new(string.Create(CultureInfo.InvariantCulture, $"the answer is {(int)response.StatusCode} {response.StatusCode}"), response.StatusCode);
            var isContinued = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == target.Length;
            if (response.StatusCode == HttpStatusCode.PartialContent && !isContinued)
                return new("the answer is another part than asked for");
            if (!isContinued)
                target.SetLength(0);
            await File.WriteAllTextAsync(file + TagOfUnfinished, response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : "", cancellation);
            target.Seek(0, SeekOrigin.End);
            await CopyAsync(response, target, progress, cancellation);
            return null;
        }
        catch (Exception problem) when (problem is HttpRequestException or HttpIOException)
        {
            return new(problem.Message);
        }
    }

    private static async Task CopyAsync(HttpResponseMessage response, FileStream target, Action<long, long?> progress, CancellationToken cancellation)
    {
        var total = target.Length + response.Content.Headers.ContentLength;
        var buffer = new byte[BufferBytes];
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        progress(target.Length, total);
        while (await content.ReadAsync(buffer, cancellation) is var count and > 0)
        {
            await target.WriteAsync(buffer.AsMemory(0, count), cancellation);
            progress(target.Length, total);
        }
    }

    private static string TagOf(string file) => File.Exists(file + TagOfUnfinished) ? File.ReadAllText(file + TagOfUnfinished) : "";

    private static bool IsRight(string file, string sha256)
    {
        if (sha256.Length == 0)
            return true;
        using var content = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(content)) == sha256;
    }

    private static void Forget(string file)
    {
        File.Delete(file + Unfinished);
        File.Delete(file + TagOfUnfinished);
    }
}

/// <summary>Why a file was not downloaded.</summary>
/// <param name="Why">In words.</param>
/// <param name="Status">What the server answered; null if it did not.</param>
internal sealed record DownloadFailure(string Why, HttpStatusCode? Status = null);
