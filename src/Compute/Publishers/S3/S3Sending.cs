using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.S3;

namespace Bacalhau.Compute.Publishers.S3;

/// <summary>The requests that put objects into buckets and take them out again, each tried again where that may help.</summary>
internal sealed class S3Sending(S3PublisherOptions options, TimeProvider clock) : IDisposable
{
    private const string ArchiveType = "application/gzip";
    private const string FileType = "application/octet-stream";
    private readonly S3Attempts attempts = new(options, clock);
    private readonly SemaphoreSlim parts = new(options.PartsInMemory);

    public S3PublisherOptions Options => options;

    /// <summary>Room for a part, once there is some.</summary>
    public async Task<MemoryStream> TakePartAsync(int bytes, CancellationToken cancellation)
    {
        await parts.WaitAsync(cancellation);
        return new MemoryStream(bytes);
    }

    public void GivePartBack(MemoryStream part)
    {
        part.Dispose();
        parts.Release();
    }

    /// <inheritdoc/>
    public void Dispose() => parts.Dispose();

    /// <summary>Takes back what an attempt has sent that fails for another reason, which is told; what is left is withdrawn with the execution.</summary>
    public async Task TryUndoAsync(Func<CancellationToken, Task> undo)
    {
        using var limit = new CancellationTokenSource(options.UndoTime, clock);
        try
        {
            await undo(limit.Token);
        }
        catch (Exception exception) when (exception is EngineException or OperationCanceledException)
        {
            // The first error is the one that counts.
        }
    }

    /// <summary>Puts a small object; gives its version, which is empty where there are none.</summary>
    public async Task<string> PutAsync(S3Target target, string key, MemoryStream content, CancellationToken cancellation)
    {
        var answer = await AskAsync(target.Bucket, key, (heard, cancel) =>
        {
            content.Position = 0;
            var request = new PutObjectRequest
            {
                BucketName = target.Bucket.Name,
                Key = key,
                InputStream = content,
                AutoCloseStream = false,
                AutoResetStreamPosition = false,
                ContentType = TypeOf(target),
                UseChunkEncoding = false,
                StreamTransferProgress = (_, _) => heard(),
            };
            target.Mark(request.Metadata);
            return target.Bucket.Client.PutObjectAsync(request, cancel);
        }, cancellation);
        return answer.VersionId ?? "";
    }

    /// <summary>Begins an object of several parts; gives the id of the upload.</summary>
    public async Task<string> BeginAsync(S3Target target, string key, CancellationToken cancellation)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = target.Bucket.Name, Key = key, ContentType = TypeOf(target) };
        target.Mark(request.Metadata);
        var answer = await AskAsync(target.Bucket, key, (_, cancel) => target.Bucket.Client.InitiateMultipartUploadAsync(request, cancel), cancellation);
        return answer.UploadId is { Length: > 0 } id ? id : throw S3Problems.BrokeOff(target.Bucket.Show(key), "the server's answer cannot be understood", done: target.Bucket.Done);
    }

    /// <summary>Sends a part.</summary>
    public async Task<PartETag> SendPartAsync(JobBucket bucket, string key, string uploadId, int number, MemoryStream content, CancellationToken cancellation)
    {
        var answer = await AskAsync(bucket, key, (heard, cancel) =>
        {
            content.Position = 0;
            return bucket.Client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bucket.Name,
                    Key = key,
                    UploadId = uploadId,
                    PartNumber = number,
                    PartSize = content.Length,
                    InputStream = content,
                    UseChunkEncoding = false,
                    StreamTransferProgress = (_, _) => heard(),
                },
                cancel);
        }, cancellation);
        return new PartETag(number, answer.ETag);
    }

    /// <summary>Makes an object of its parts; gives its version, which is empty where there are none.</summary>
    public async Task<string> CompleteAsync(S3Target target, string key, string uploadId, List<PartETag> tags, CancellationToken cancellation)
    {
        var request = new CompleteMultipartUploadRequest { BucketName = target.Bucket.Name, Key = key, UploadId = uploadId, PartETags = tags };
        try
        {
            var answer = await AskAsync(target.Bucket, key, (_, cancel) => target.Bucket.Client.CompleteMultipartUploadAsync(request, cancel), cancellation);
            return answer.VersionId ?? "";
        }
        catch (EngineException exception) when (exception.InnerException is AmazonS3Exception { ErrorCode: "NoSuchUpload" })
        {
            // An attempt whose answer was lost may have done it.
            if (await FindMineAsync(target, key, cancellation) is not { } found)
            {
                throw;
            }

            return found.VersionId ?? "";
        }
    }

    /// <summary>Gives up an object of several parts. It is no error that there is none.</summary>
    public Task AbortAsync(JobBucket bucket, string key, string uploadId, CancellationToken cancellation)
    {
        var request = new AbortMultipartUploadRequest { BucketName = bucket.Name, Key = key, UploadId = uploadId };
        return IgnoreMissingAsync(AskAsync(bucket, key, (_, cancel) => bucket.Client.AbortMultipartUploadAsync(request, cancel), cancellation));
    }

    /// <summary>Deletes an object if it is the target's, the very version of it that was looked at.</summary>
    public async Task DeleteMineAsync(S3Target target, string key, CancellationToken cancellation)
    {
        if (await FindMineAsync(target, key, cancellation) is not { } found)
        {
            return;
        }

        var request = new DeleteObjectRequest { BucketName = target.Bucket.Name, Key = key, VersionId = string.IsNullOrEmpty(found.VersionId) ? null : found.VersionId };
        await IgnoreMissingAsync(AskAsync(target.Bucket, key, (_, cancel) => target.Bucket.Client.DeleteObjectAsync(request, cancel), cancellation));
    }

    /// <summary>A page of the objects whose keys begin so.</summary>
    public Task<ListObjectsV2Response> ListAsync(JobBucket bucket, string prefix, string? next, CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = bucket.Name, Prefix = prefix, ContinuationToken = next };
        return AskAsync(bucket, prefix, (_, cancel) => bucket.Client.ListObjectsV2Async(request, cancel), cancellation);
    }

    /// <summary>Objects of several parts whose keys begin so, and which nobody has completed; at most a thousand.</summary>
    public async Task<IReadOnlyList<MultipartUpload>> ListUnfinishedAsync(JobBucket bucket, string prefix, CancellationToken cancellation)
    {
        var request = new ListMultipartUploadsRequest { BucketName = bucket.Name, Prefix = prefix };
        var answer = await AskAsync(bucket, prefix, (_, cancel) => bucket.Client.ListMultipartUploadsAsync(request, cancel), cancellation);
        return answer.MultipartUploads ?? [];
    }

    private async Task<GetObjectMetadataResponse?> FindMineAsync(S3Target target, string key, CancellationToken cancellation)
    {
        try
        {
            var head = await AskAsync(target.Bucket, key, (_, cancel) => target.Bucket.Client.GetObjectMetadataAsync(target.Bucket.Name, key, cancel), cancellation);
            return target.IsMine(head.Metadata) ? head : null;
        }
        catch (EngineException exception) when (IsMissing(exception))
        {
            return null;
        }
    }

    private Task<T> AskAsync<T>(JobBucket bucket, string key, Func<Action, CancellationToken, Task<T>> ask, CancellationToken cancellation) =>
        attempts.RunAsync(bucket, bucket.Show(key), ask, () => 0, cancellation);

    private static async Task IgnoreMissingAsync(Task asking)
    {
        try
        {
            await asking;
        }
        catch (EngineException exception) when (IsMissing(exception))
        {
            // It is gone.
        }
    }

    private static bool IsMissing(EngineException exception) => exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound };

    private static string TypeOf(S3Target target) => target.Params.Encoding == Core.Jobs.S3Encoding.Gzip ? ArchiveType : FileType;
}
