using System.Collections.Concurrent;
using Bacalhau.Compute.S3;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Publishers.S3;

/// <summary>
/// Finds out before a program runs whether its results can be put where they are to go: begins an upload and gives it up again, which needs the same rights and leaves
/// nothing. What went well is taken for granted for a while, so that many executions of one job ask once.
/// </summary>
internal sealed class S3Probes(S3Sending sending, TimeProvider clock)
{
    private const int MostKept = 1000;
    private readonly ConcurrentDictionary<string, long> passed = new(StringComparer.Ordinal);

    /// <summary>Asks.</summary>
    /// <exception cref="Engines.EngineException">They cannot be put there, or that cannot be found out now.</exception>
    public async Task RunAsync(JobBucket bucket, S3PublisherParams read, CancellationToken cancellation)
    {
        var place = string.Join('\n', bucket.Place.Endpoint, bucket.Place.Region, bucket.Name, bucket.Identity, read.KeyTemplate);
        if (passed.TryGetValue(place, out var at) && clock.GetElapsedTime(at) < sending.Options.ProbeFor)
        {
            return;
        }

        var probe = new ExecutionId($"probe-{Guid.NewGuid():N}");
        var target = new S3Target(bucket, read.KeyOf(new JobId("probe"), probe, sending.Options.Node, clock.GetUtcNow()), read, probe);
        var upload = await sending.BeginAsync(target, target.Key, cancellation);
        await sending.TryUndoAsync(limit => sending.AbortAsync(bucket, target.Key, upload, limit));
        if (passed.Count >= MostKept)
        {
            passed.Clear();
        }

        passed[place] = clock.GetTimestamp();
    }
}
