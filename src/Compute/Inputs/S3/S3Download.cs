using System.Globalization;
using System.Net;
using Amazon.S3.Model;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>
/// One object's download: takes up again where it broke off, and notices when the object is no longer the one that was found. What is large and has a tag comes in
/// parts side by side.
/// </summary>
internal sealed class S3Download(S3Attempts attempts, JobBucket bucket, S3Item item, PartialFile target, S3PartRoom room, int mostParts)
{
    private const int BufferBytes = 128 * 1024;
    private readonly string what = bucket.Show(item.Key);
    private bool comesInParts = item.Tag.Length > 0 && mostParts > 1;

    /// <summary>What has come so far may be of another content.</summary>
    private bool isInDoubt;

    /// <summary>Downloads.</summary>
    /// <exception cref="EngineException">It cannot be had.</exception>
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
            progress.Report(new ExecutionProgress("downloading", target.Length, item.Bytes, "bytes"));
            try
            {
                if (!(comesInParts && item.Bytes - target.Length > room.PartBytes && await TryFetchPartsAsync(progress, heard, cancel)))
                {
                    await FetchRestAsync(progress, heard, cancel);
                }
            }
            catch when (isInDoubt)
            {
                isInDoubt = false;
                target.Restart("");
                throw;
            }

            return target.Length == item.Bytes ? fetched : throw S3Problems.BrokeOff(what, Sent(item.Bytes, target.Length));
        }
    }

    /// <summary>False if the server sends no parts.</summary>
    private async Task<bool> TryFetchPartsAsync(IProgress<ExecutionProgress> progress, Action heard, CancellationToken cancellation)
    {
        try
        {
            await FetchPartsAsync(progress, heard, cancellation);
            return true;
        }
        catch (EngineException) when (!comesInParts && !isInDoubt)
        {
            return false;
        }
    }

    private Task FetchPartsAsync(IProgress<ExecutionProgress> progress, Action heard, CancellationToken cancellation)
    {
        if (target.Length == 0)
        {
            target.Restart(item.Tag);
        }

        var come = target.Length;
        return new S3Parts(room, mostParts, FetchAsync, target.AppendAsync).RunAsync(target.Length, item.Bytes, cancellation);

        async Task FetchAsync(long from, Memory<byte> part, CancellationToken cancel)
        {
            using var answer = await AskAsync(from, string.Create(CultureInfo.InvariantCulture, $"{from + part.Length - 1}"), cancel);
            Check(answer, from);
            if (answer.HttpStatusCode != HttpStatusCode.PartialContent)
            {
                comesInParts = false;
                throw S3Problems.BrokeOff(what, "the server does not send parts of it");
            }

            for (var filled = 0; filled < part.Length;)
            {
                var read = await answer.ResponseStream.ReadAsync(part[filled..], cancel);
                filled += read > 0 ? read : throw S3Problems.BrokeOff(what, Sent(part.Length, filled));
                heard();
                progress.Report(new ExecutionProgress("downloading", Interlocked.Add(ref come, read), item.Bytes, "bytes"));
            }
        }
    }

    private async Task FetchRestAsync(IProgress<ExecutionProgress> progress, Action heard, CancellationToken cancellation)
    {
        using var answer = await AskAsync(target.Length, "", cancellation);
        Check(answer, target.Length);
        if (target.Length == 0 || answer.HttpStatusCode != HttpStatusCode.PartialContent)
        {
            target.Restart(item.Tag);
        }

        var buffer = new byte[(int)Math.Clamp(item.Bytes - target.Length + 1, 1, BufferBytes)];
        while (await answer.ResponseStream.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            heard();
            if (target.Length + read > item.Bytes)
            {
                throw InDoubt(S3Problems.BrokeOff(what, string.Create(CultureInfo.InvariantCulture, $"the server sends more than the {item.Bytes} bytes that it promised")));
            }

            await target.AppendAsync(buffer.AsMemory(0, read), cancellation);
            progress.Report(new ExecutionProgress("downloading", target.Length, item.Bytes, "bytes"));
        }
    }

    private async Task<GetObjectResponse> AskAsync(long from, string last, CancellationToken cancellation)
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
            // Of a whole object, too: the library would take the tag for an MD5, which only some servers make it of. Nothing has no part.
            request.ByteRange = new ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={from}-{last}"));
        }

        try
        {
            return await bucket.Client.GetObjectAsync(request, cancellation);
        }
        catch (Amazon.S3.AmazonS3Exception exception) when (exception.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed)
        {
            // It was there a moment ago.
            throw InDoubt(S3Problems.Changed(what));
        }
        catch (Amazon.S3.AmazonS3Exception exception) when (exception.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw InDoubt(S3Problems.BrokeOff(what, "the server has no such part of it", exception));
        }
    }

    /// <summary>Looks at the head of an answer: it is of what was found, and a part begins where it was asked to.</summary>
    private void Check(GetObjectResponse answer, long from)
    {
        if (item.Tag.Length > 0 && answer.ETag is { Length: > 0 } tag && tag.Trim('"') != item.Tag.Trim('"'))
        {
            throw InDoubt(S3Problems.Changed(what));
        }

        var begin = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-");
        if (answer.HttpStatusCode == HttpStatusCode.PartialContent && answer.ContentRange?.StartsWith(begin, StringComparison.OrdinalIgnoreCase) != true)
        {
            throw InDoubt(S3Problems.BrokeOff(what, "the server sent another part than the one that was asked for"));
        }
    }

    private EngineException InDoubt(EngineException problem)
    {
        isInDoubt = true;
        return problem;
    }

    private static string Sent(long promised, long sent) => string.Create(CultureInfo.InvariantCulture, $"the server promised {promised} bytes and sent {sent}");
}
