using Bacalhau.Compute.Engines;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Publishers.S3;

/// <summary>Takes an execution's results out of their bucket, and nothing else: each object says whose it is.</summary>
internal sealed class S3Removal(S3Sending sending, S3Target target)
{
    /// <summary>Deletes what is published, and what was never finished.</summary>
    /// <exception cref="EngineException">It cannot be done now.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await RemoveUnfinishedAsync(cancellation);
            await (target.Params.Encoding == S3Encoding.Gzip ? sending.DeleteMineAsync(target, target.Key, cancellation) : RemoveFilesAsync(cancellation));
        }
        catch (EngineException exception) when (exception.IsRefusal)
        {
            // The bucket is gone, or the node's rights: it would be so for ever.
        }
    }

    /// <summary>Gives up uploads that an earlier life of the node began. Only where no other execution can have begun them.</summary>
    public async Task RemoveUnfinishedAsync(CancellationToken cancellation)
    {
        if (!target.Params.IsOfOneExecution)
        {
            return;
        }

        try
        {
            foreach (var upload in await sending.ListUnfinishedAsync(target.Bucket, target.Key, cancellation))
            {
                await sending.AbortAsync(target.Bucket, upload.Key, upload.UploadId, cancellation);
            }
        }
        catch (EngineException exception) when (exception.IsRefusal)
        {
            // Those who may not list them, or whose server cannot, leave it to the bucket's rules for unfinished uploads.
        }
    }

    private async Task RemoveFilesAsync(CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = sending.Options.FilesAtOnce, CancellationToken = cancellation };
        for (var next = (string?)null; ;)
        {
            var page = await sending.ListAsync(target.Bucket, target.Key, next, cancellation);
            var keys = (page.S3Objects ?? []).Select(found => found.Key).Where(key => key.StartsWith(target.Key, StringComparison.Ordinal));
            await Parallel.ForEachAsync(keys, parallel, async (key, cancel) => await sending.DeleteMineAsync(target, key, cancel));
            if (page.IsTruncated != true || page.NextContinuationToken is not { Length: > 0 } token || token == next)
            {
                return;
            }

            next = token;
        }
    }
}
