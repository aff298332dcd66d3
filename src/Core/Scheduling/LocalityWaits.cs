using System.Collections.Immutable;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Core.Scheduling;

/// <summary>
/// Delay scheduling: a job waits a short, bounded time for a busy node that holds more of its data than the one it could have, as long as moving that data would take.
/// The time counts from the first moment at which the job could have been placed otherwise, once for all of its partitions that wait then.
/// </summary>
internal sealed class LocalityWaits(PlanInProgress plan, ImmutableSortedDictionary<JobId, DateTimeOffset> since)
{
    /// <summary>Most that is waited where the job does not say.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    /// <summary>What is assumed while no node has said how fast it fetches data.</summary>
    private const long AssumedBytesPerSecond = 50_000_000;

    /// <summary>Since when jobs wait for their data.</summary>
    public ImmutableSortedDictionary<JobId, DateTimeOffset> Since { get; private set; } =
        since.IsEmpty ? since : since.RemoveRange(since.Keys.Where(job => plan.Snapshot.Jobs.GetValueOrDefault(job) is not { IsQueued: true }));

    /// <summary>Whether the job waits on, though there is room for it.</summary>
    public bool Holds(LiveJob job, DataPlaces data, NodeRoom found)
    {
        var gain = BestBusy(job, data, data.BytesOn(found.Node.Id)) - data.BytesOn(found.Node.Id);
        if (gain <= 0)
        {
            return false;
        }

        var begin = Since.TryGetValue(job.Id, out var known) ? known : plan.Now;
        var due = begin + (job.Demand.LocalityWait ?? TimeToMove(gain, data.BytesPerSecond));
        if (due <= plan.Now)
        {
            return false;
        }

        Since = Since.SetItem(job.Id, begin);
        plan.Wake(due);
        return true;
    }

    /// <summary>The most bytes on a node that could run the job if it were free; <paramref name="least"/> if none has more than that.</summary>
    private long BestBusy(LiveJob job, DataPlaces data, long least)
    {
        foreach (var (node, bytes) in data.Holders)
        {
            if (bytes <= least)
            {
                break;
            }

            if (plan.Rooms.Of(node) is { } room
                && job.Failures.GetValueOrDefault(node)?.At(plan.Now) is null or 0
                && NodeFilter.FindObjection(room.Node.Facts, job.Demand) is null
                && NodeFilter.FindRefusal(room.Node, job, plan.Now) is null
                && data.FindLack(node) is null)
            {
                return bytes;
            }
        }

        return least;
    }

    private static TimeSpan TimeToMove(long bytes, long bytesPerSecond)
    {
        var seconds = (double)bytes / (bytesPerSecond > 0 ? bytesPerSecond : AssumedBytesPerSecond);
        return seconds < _longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : _longest;
    }
}
