using System.Globalization;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Scheduling;

/// <summary>Says which nodes could run a job, and of the others why not.</summary>
public static class NodeFilter
{
    /// <summary>Why this node could never run such work, even if it were empty; null if it could. The reason is the same text for all nodes that fail alike.</summary>
    public static string? FindObjection(NodeFacts facts, JobDemand demand) => FindMismatch(facts, demand) ?? FindExcess(facts, demand)?.ToText();

    /// <summary>Whether the node has the labels that the job asks for.</summary>
    public static bool MatchesLabels(NodeFacts facts, JobDemand demand) =>
        demand.Constraints.All(constraint => LabelSelector.Matches(constraint, facts.Labels));

    /// <summary>What the node lacks or forbids, whatever its size; null for nothing.</summary>
    internal static string? FindMismatch(NodeFacts facts, JobDemand demand)
    {
        if (!facts.Engines.Contains(demand.Engine))
        {
            return $"no {demand.Engine} engine";
        }

        if (demand.Publisher.Length > 0 && !facts.Publishers.Contains(demand.Publisher))
        {
            return $"no {demand.Publisher} publisher";
        }

        foreach (var source in demand.InputSources)
        {
            if (!facts.InputSources.Contains(source))
            {
                return $"no {source} input source";
            }
        }

        if (demand.NeedsHostNetwork && !facts.AllowsHostNetwork)
        {
            return "the host network is not allowed (JobAdmissionControl.AllowHostNetwork)";
        }

        foreach (var constraint in demand.Constraints)
        {
            if (!LabelSelector.Matches(constraint, facts.Labels))
            {
                return $"labels do not satisfy {LabelSelector.Format(constraint)}";
            }
        }

        return null;
    }

    /// <summary>Why this node refuses this job now, from what it said when it was asked; null if it did not.</summary>
    public static NodeRefusal? FindRefusal(ClusterNode node, LiveJob job, DateTimeOffset now) =>
        job.Refusals.TryGetValue(node.Id, out var refusal) && refusal.ValidUntil > now && refusal.FactsRevision >= node.FactsRevision ? refusal : null;

    /// <summary>Of what the work asks for more than the node gives to one job; null for nothing.</summary>
    internal static NodeExcess? FindExcess(NodeFacts facts, JobDemand demand)
    {
        var (asked, most) = (demand.Amount, facts.MaxJobRequirements);
        return asked.CpuMillis > most.CpuMillis ? new NodeExcess("CPU", asked.CpuMillis, most.CpuMillis, Cores)
            : asked.MemoryBytes > most.MemoryBytes ? new NodeExcess("memory", asked.MemoryBytes, most.MemoryBytes, Bytes)
            : asked.DiskBytes > most.DiskBytes ? new NodeExcess("disk", asked.DiskBytes, most.DiskBytes, Bytes)
            : asked.Gpus > most.Gpus ? new NodeExcess("GPUs", asked.Gpus, most.Gpus, count => count.ToString(CultureInfo.InvariantCulture))
            : null;
    }

    internal static string Cores(long millis) => (millis / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    internal static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => (bytes / 1e9m).ToString("0.##", CultureInfo.InvariantCulture) + " GB",
        >= 1_000_000 => (bytes / 1e6m).ToString("0.##", CultureInfo.InvariantCulture) + " MB",
        _ => bytes.ToString(CultureInfo.InvariantCulture) + " bytes",
    };
}

/// <summary>More of one resource than a node, or any of several, gives to one job.</summary>
/// <param name="Of">The resource.</param>
/// <param name="Asked">How much of it is asked for.</param>
/// <param name="Most">The most that is given.</param>
/// <param name="Show">How an amount of it is written.</param>
internal sealed record NodeExcess(string Of, long Asked, long Most, Func<long, string> Show)
{
    /// <summary>As a reason.</summary>
    public string ToText() => this is { Of: "GPUs", Most: 0 } ? "no GPU" : $"{Show(Asked)} {Of} asked, at most {Show(Most)} given to one job";
}
