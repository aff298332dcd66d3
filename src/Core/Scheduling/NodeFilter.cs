using System.Globalization;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Scheduling;

/// <summary>Says which nodes could run a job, and of the others why not.</summary>
public static class NodeFilter
{
    /// <summary>Why this node could never run such work, even if it were empty; null if it could. The reason is the same text for all nodes that fail alike.</summary>
    public static string? FindObjection(NodeFacts facts, JobDemand demand)
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

        return FindExcess(facts, demand);
    }

    /// <summary>Why this node refuses this job now, from what it said when it was asked; null if it did not.</summary>
    public static NodeRefusal? FindRefusal(ClusterNode node, LiveJob job, DateTimeOffset now) =>
        job.Refusals.TryGetValue(node.Id, out var refusal) && refusal.ValidUntil > now && refusal.FactsRevision >= node.FactsRevision ? refusal : null;

    private static string? FindExcess(NodeFacts facts, JobDemand demand)
    {
        var (asked, most) = (demand.Amount, facts.MaxJobRequirements);
        if (asked.CpuMillis > most.CpuMillis)
        {
            return $"{Cores(asked.CpuMillis)} CPU asked, at most {Cores(most.CpuMillis)} given to one job";
        }

        if (asked.MemoryBytes > most.MemoryBytes)
        {
            return $"{Bytes(asked.MemoryBytes)} memory asked, at most {Bytes(most.MemoryBytes)} given to one job";
        }

        if (asked.DiskBytes > most.DiskBytes)
        {
            return $"{Bytes(asked.DiskBytes)} disk asked, at most {Bytes(most.DiskBytes)} given to one job";
        }

        return asked.Gpus > most.Gpus
            ? most.Gpus == 0 ? "no GPU" : $"{asked.Gpus} GPUs asked, at most {most.Gpus} given to one job"
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
