using System.Collections.Immutable;
using System.Text;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>Why a job has no node, counted over the whole cluster.</summary>
/// <param name="Requested">Executions that want a node.</param>
/// <param name="Available">Compute nodes that are approved and were seen lately.</param>
/// <param name="Suitable">Those of them that could run the job if they were there and empty.</param>
/// <param name="Reasons">Reasons with the number of nodes that have them, most frequent first.</param>
public sealed record NodeShortage(int Requested, int Available, int Suitable, ImmutableArray<KeyValuePair<string, int>> Reasons)
{
    private const int MaxReasons = 8;

    /// <summary>Looks at every node; of a job that is counted by node, at those that it waits for.</summary>
    public static NodeShortage Find(ClusterSnapshot snapshot, LiveJob job, DateTimeOffset now, TimeSpan forgetAfter)
    {
        var isChosen = job is { HasTargets: true, Retries.IsEmpty: false };
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var shortOf = new SortedDictionary<string, (int Count, long Most, Func<long, string> Show)>(StringComparer.Ordinal);
        var tooLarge = new SortedDictionary<string, (int Count, NodeExcess Least)>(StringComparer.Ordinal);
        var (available, suitable) = (0, 0);
        foreach (var (_, node) in snapshot.Nodes)
        {
            if (!MayTakeWork(node) || (isChosen && !job.Retries.ContainsKey((int)node.Key)))
            {
                continue;
            }

            var isCandidate = IsCandidate(node, now, forgetAfter);
            available += isCandidate ? 1 : 0;
            if (isCandidate && NodeFilter.FindMismatch(node.Facts, job.Demand) is null && NodeFilter.FindExcess(node.Facts, job.Demand) is { } excess)
            {
                // Nodes of many sizes lack the same thing. None at all is another thing than too little.
                var of = excess.Most == 0 ? $"no {excess.Of}" : excess.Of;
                var (number, least) = tooLarge.GetValueOrDefault(of, (0, excess));
                tooLarge[of] = (number + 1, excess.Most > least.Most ? excess : least);
                continue;
            }

            var never = !isCandidate ? Absence(node) : FindRefusal(snapshot, node, job, now);
            suitable += never is null ? 1 : 0;
            if (never is null && IsReady(node) && FindLack(node, job.Demand.Amount) is { } lack)
            {
                var known = shortOf.GetValueOrDefault(lack.Of);
                shortOf[lack.Of] = (known.Count + 1, Math.Max(known.Most, lack.Free), lack.Show);
                continue;
            }

            var reason = never ?? FindHindrance(node);
            counts[reason] = counts.GetValueOrDefault(reason) + 1;
        }

        foreach (var (count, least) in tooLarge.Values)
        {
            counts[least.ToText()] = count;
        }

        foreach (var (resource, (count, most, show)) in shortOf)
        {
            counts[$"fits, but has not enough {resource} free now; the most on one is {show(Math.Max(0, most))}"] = count;
        }

        return new NodeShortage(CountWaiting(job), available, suitable, [.. counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)]);
    }

    /// <summary>Whether any node could run the job if it were there and empty, as <see cref="Suitable"/> counts them; looks no farther than the first.</summary>
    public static bool HasSuitable(ClusterSnapshot snapshot, LiveJob job, DateTimeOffset now, TimeSpan forgetAfter)
    {
        var nodes = job is { HasTargets: true, Retries.IsEmpty: false }
            ? job.Retries.Keys.Select(snapshot.NodeByKey).OfType<ClusterNode>()
            : snapshot.Nodes.Values;
        foreach (var node in nodes)
        {
            if (node.Facts.IsCompute && IsCandidate(node, now, forgetAfter) && FindRefusal(snapshot, node, job, now) is null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether a rollout cannot go on, as no node could run the new version even if it were empty: what runs of the old one is not stopped for it. Of a daemon only nodes
    /// with the labels that the new version asks for count: where they are not, it is to stop.
    /// </summary>
    public static bool HoldsRollout(ClusterSnapshot snapshot, LiveJob job, DateTimeOffset now, TimeSpan forgetAfter)
    {
        if (job.RolloutFrom is null)
        {
            return false;
        }

        var isHeld = false;
        foreach (var (_, node) in snapshot.Nodes)
        {
            if (!node.Facts.IsCompute || !IsCandidate(node, now, forgetAfter) || (job.Demand.Kind == JobKind.Daemon && !NodeFilter.MatchesLabels(node.Facts, job.Demand)))
            {
                continue;
            }

            if (FindRefusal(snapshot, node, job, now) is null)
            {
                return false;
            }

            isHeld = true;
        }

        return isHeld;
    }

    /// <summary>How many partitions of the job want a node.</summary>
    public static int CountWaiting(LiveJob job) => Math.Max(0, job.Demand.Count - job.NextFresh) + job.Retries.Count + (job.Demand.Kind == JobKind.Ops && !job.HasTargets ? 1 : 0);

    /// <summary>The shortage in words, one line for each reason.</summary>
    public string ToText()
    {
        var text = new StringBuilder(Requested == 0
            ? "no node matches; one that does gets an execution as soon as it is there"
            : $"not enough nodes to run the job: requested {Requested}, available {Available}, suitable {Suitable}");
        if (Reasons.IsEmpty)
        {
            text.Append("; no compute node has joined yet: start one with 'bacalhau serve --compute'");
        }

        var total = Reasons.Sum(pair => pair.Value);
        foreach (var (reason, count) in Reasons.Take(MaxReasons))
        {
            text.Append("\n• ").Append(count).Append(" of ").Append(total).Append(total == 1 ? " node: " : " nodes: ").Append(reason);
        }

        return Reasons.Length > MaxReasons ? text.Append("\n• and ").Append(Reasons.Length - MaxReasons).Append(" more reasons").ToString() : text.ToString();
    }

    /// <summary>The shortage as the reason of a failed job. If an attempt failed before, that is the cause and comes first.</summary>
    public ExecutionProblem ToProblem(LiveJob job)
    {
        var cause = job.LastProblem is { } last ? $"{last.Message}; " : "";
        return new ExecutionProblem("Scheduling:NotEnoughNodes", cause + ToText(), job.LastProblem?.Hint ?? "see 'bacalhau node list' for what each node offers")
        {
            Details = TextMap.Empty
                .Add("NodesRequested", $"{Requested}")
                .Add("NodesAvailable", $"{Available}")
                .Add("NodesSuitable", $"{Suitable}"),
        };
    }

    /// <summary>What a node that waits for approval is, nobody knows yet: most take work.</summary>
    private static bool MayTakeWork(ClusterNode node) => node.Facts.IsCompute || node.Membership == NodeMembership.Pending;

    private static bool IsCandidate(ClusterNode node, DateTimeOffset now, TimeSpan forgetAfter) =>
        node.Membership == NodeMembership.Approved && (node.Connection == NodeConnection.Connected || now - node.LastSeenAt <= forgetAfter);

    private static string? FindRefusal(ClusterSnapshot snapshot, ClusterNode node, LiveJob job, DateTimeOffset now) =>
        NodeFilter.FindObjection(node.Facts, job.Demand)
        ?? NodeFilter.FindRefusal(node, job, now)?.Problem.Message
        ?? (job.Demand.Kind.IsByNode() ? null : DataRules.FindLack(snapshot.Facts, job.Demand, node.Id, now));

    private static string Absence(ClusterNode node) => node.Membership switch
    {
        NodeMembership.Pending => "waits for approval (bacalhau node approve)",
        NodeMembership.Rejected => "was rejected by an operator",
        _ => "has not been seen for a long time",
    };

    private static bool IsReady(ClusterNode node) => node is { Connection: NodeConnection.Connected, Drain: null, Exit: null, Unwell.Length: 0 };

    private static (string Of, long Free, Func<long, string> Show)? FindLack(ClusterNode node, ResourceAmount asked)
    {
        var free = node.Free;
        return asked.Gpus > free.Gpus ? ("GPUs", free.Gpus, count => $"{count}")
            : asked.CpuMillis > free.CpuMillis ? ("CPU", free.CpuMillis, NodeFilter.Cores)
            : asked.MemoryBytes > free.MemoryBytes ? ("memory", free.MemoryBytes, NodeFilter.Bytes)
            : asked.DiskBytes > free.DiskBytes ? ("disk", free.DiskBytes, NodeFilter.Bytes)
            : null;
    }

    private static string FindHindrance(ClusterNode node) =>
        node.Connection != NodeConnection.Connected ? "fits, but is not connected"
        : node.Exit is { } exit ? $"fits, but is being {(exit.How == NodeLeaving.Rejected ? "rejected" : "deleted")}"
        : node.Drain is not null ? "fits, but is being drained (bacalhau node undrain)"
        : node.Unwell.Length > 0 ? $"fits, but takes nothing new: {node.Unwell}"
        : "fits, but has no free room now";
}
