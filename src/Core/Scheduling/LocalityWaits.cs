using System.Collections.Immutable;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Core.Scheduling;

/// <summary>
/// Delay scheduling: a job waits a short, bounded time for a busy node that holds more of its data than the one it could have, as long as moving that data would take.
/// The time counts from the moment since which the job could have been placed otherwise without a break: while there is no room anywhere, nobody waits for data.
/// </summary>
internal sealed class LocalityWaits(PlanInProgress plan, ImmutableSortedDictionary<long, DateTimeOffset> since)
{
    /// <summary>After so long a break is forgotten: whoever waits longer than any wait has waited long enough.</summary>
    private static readonly TimeSpan _forgetAfter = TimeSpan.FromMinutes(10);

    /// <summary>Most that is waited where the job does not say.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    /// <summary>What is assumed while no node has said how fast it fetches data.</summary>
    private const long AssumedBytesPerSecond = 50_000_000;

    /// <summary>Since when jobs of each shape could have been placed away from their data, but waited.</summary>
    public ImmutableSortedDictionary<long, DateTimeOffset> Since { get; private set; } =
        since.IsEmpty ? since : since.RemoveRange(since.Where(pair => plan.Now - pair.Value > _forgetAfter).Select(pair => pair.Key));

    /// <summary>There is no room for the job at all.</summary>
    public void Break(LiveJob job) => Since = Since.Remove(job.Demand.ShapeKey);

    /// <summary>Whether a partition of the job waits on, though there is room for it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="data">Where its data is.</param>
    /// <param name="found">Where it could run now.</param>
    public bool Holds(LiveJob job, int partition, DataPlaces data, NodeRoom found)
    {
        var gain = BestBusy(job, data, data.BytesOn(found.Node.Id)) - data.BytesOn(found.Node.Id);
        if (gain <= 0)
        {
            return false;
        }

        var shape = job.Demand.ShapeKey;
        var sinceOpen = Since.TryGetValue(shape, out var known) ? known : plan.Now;
        Since = Since.SetItem(shape, sinceOpen);
        var waits = job.Retries.TryGetValue(partition, out var retry) && retry.NotBefore > job.SubmittedAt ? retry.NotBefore : job.SubmittedAt;
        var due = (waits > sinceOpen ? waits : sinceOpen) + (job.Demand.LocalityWait ?? TimeToMove(gain, data.BytesPerSecond));
        return IsBefore(due);
    }

    /// <summary>Whether what stands in the line of a node that holds its data waits on there, though another one has room.</summary>
    public bool HoldsInLine(LiveJob job, LiveExecution execution, DataPlaces data, NodeRoom other)
    {
        var gain = data.BytesOn(execution.Node) - data.BytesOn(other.Node.Id);
        return gain > 0 && IsBefore(execution.CreatedAt + (job.Demand.LocalityWait ?? TimeToMove(gain, data.BytesPerSecond)));
    }

    private bool IsBefore(DateTimeOffset due)
    {
        if (due <= plan.Now)
        {
            return false;
        }

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
                && data.FindObjection(node) is null)
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
