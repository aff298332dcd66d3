using System.Globalization;
using System.Net;
using Amazon.S3.Model;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>One object's download: takes up again where it broke off, and notices when the object is no longer the one that was found.</summary>
internal sealed class S3Download(S3Attempts attempts, JobBucket bucket, S3Item item, PartialFile target)
{
    private const int BufferBytes = 128 * 1024;
    private readonly string what = bucket.Show(item.Key);

    /// <summary>Downloads.</summary>
    /// <exception cref="Engines.EngineException">It cannot be had.</exception>
    public async Task<Fetched> RunAsync(IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        if (target.Tag != item.Tag || target.Length > item.Bytes)
        {
            target.Restart("");
        }

        var fetched = new Fetched(IsUnchanged: false, "", new Validators(item.Tag, ""));
        var isThere = item.Tag.Length > 0 && target.Tag == item.Tag && target.Length == item.Bytes;
        return isThere ? fetched : await attempts.RunAsync(bucket, what, TryAsync, () => target.Length, cancellation);

        async Task<Fetched> TryAsync(Action heard, CancellationToken cancel)
        {
            using var answer = await AskAsync(cancel);
            Begin(answer);
            progress.Report(new ExecutionProgress("downloading", target.Length, item.Bytes, "bytes"));
            await CopyAsync(answer.ResponseStream, progress, heard, cancel);
            return target.Length == item.Bytes ? fetched : throw Truncated();
        }
    }

    private async Task<GetObjectResponse> AskAsync(CancellationToken cancellation)
    {
        var request = new GetObjectRequest
        {
            BucketName = bucket.Name,
            Key = item.Key,
            VersionId = item.Version.Length > 0 ? item.Version : null,
            EtagToMatch = item.Tag.Length > 0 ? item.Tag : null,
        };
        if (item.Bytes > 0)
        {
            // From the first byte, too: of a whole object the library would take the tag for an MD5, which only some servers make it of. Nothing has no part.
            request.ByteRange = new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={target.Length}-"));
        }

        try
        {
            return await bucket.Client.GetObjectAsync(request, cancellation);
        }
        catch (Amazon.S3.AmazonS3Exception exception) when (exception.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed)
        {
            // It was there a moment ago.
            target.Restart("");
            throw S3Problems.Changed(what);
        }
        catch (Amazon.S3.AmazonS3Exception exception) when (exception.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            target.Restart("");
            throw S3Problems.BrokeOff(what, "the server has no such part of it", exception);
        }
    }

    /// <summary>Looks at the head of an answer, and puts the file in order for what follows.</summary>
    private void Begin(GetObjectResponse answer)
    {
        if (item.Tag.Length > 0 && answer.ETag is { Length: > 0 } tag && tag.Trim('"') != item.Tag.Trim('"'))
        {
            target.Restart("");
            throw S3Problems.Changed(what);
        }

        if (answer.HttpStatusCode != HttpStatusCode.PartialContent)
        {
            target.Restart(item.Tag);
            return;
        }

        if (target.Length == 0)
        {
            target.Restart(item.Tag);
        }

        var begin = string.Create(CultureInfo.InvariantCulture, $"bytes {target.Length}-");
        if (answer.ContentRange?.StartsWith(begin, StringComparison.OrdinalIgnoreCase) != true)
        {
            target.Restart("");
            throw S3Problems.BrokeOff(what, "the server sent another part than the one that was asked for");
        }
    }

    private async Task CopyAsync(Stream content, IProgress<ExecutionProgress> progress, Action heard, CancellationToken cancellation)
    {
        var buffer = new byte[(int)Math.Clamp(item.Bytes - target.Length + 1, 1, BufferBytes)];
        while (await content.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            heard();
            if (target.Length + read > item.Bytes)
            {
                target.Restart("");
                throw S3Problems.BrokeOff(what, string.Create(CultureInfo.InvariantCulture, $"the server sends more than the {item.Bytes} bytes that it promised"));
            }

            await target.AppendAsync(buffer.AsMemory(0, read), cancellation);
            progress.Report(new ExecutionProgress("downloading", target.Length, item.Bytes, "bytes"));
        }
    }

    private Engines.EngineException Truncated() =>
        S3Problems.BrokeOff(what, string.Create(CultureInfo.InvariantCulture, $"the server promised {item.Bytes} bytes and sent {target.Length}"));
}
