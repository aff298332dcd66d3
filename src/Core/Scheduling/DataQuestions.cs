using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Locality;

namespace Bacalhau.Core.Scheduling;

/// <summary>Finds what nodes are to be asked about the data of jobs while a plan is made, and gives what they have answered.</summary>
internal sealed class DataQuestions(PlanInProgress plan)
{
    /// <summary>Most needs that are asked for in one plan.</summary>
    private const int MostAsked = 256;

    private readonly HashSet<string> asked = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Shape, int Partition), DataPlaces> places = [];

    /// <summary>Where the data of a partition is, as far as it is known.</summary>
    public DataPlaces PlacesOf(LiveJob job, int partition)
    {
        if (job.Demand.Data.IsEmpty)
        {
            return DataPlaces.None;
        }

        var key = (job.Demand.Shape, job.Demand.Data.Any(need => need.Partitions > 1) ? partition : 0);
        if (!places.TryGetValue(key, out var known))
        {
            places[key] = known = new DataPlaces(plan.Snapshot, job.Demand, partition, plan.Now);
        }

        return known;
    }

    /// <summary>Whether the job waits for an answer. What is not known is asked; what is known from before counts until the new answer is here.</summary>
    public bool IsAwaited(LiveJob job)
    {
        var isAwaited = false;
        ImmutableSortedSet<NodeId>? candidates = null;
        foreach (var need in job.Demand.Data)
        {
            var fact = plan.Snapshot.Facts.GetValueOrDefault(need.Key);
            if (fact is not null && !fact.IsDecided(plan.Now))
            {
                plan.Wake(fact.DueAt);
                isAwaited |= !fact.WasKnown;
                continue;
            }

            if (fact is not null && !fact.IsOld(plan.Now, plan.Options.FactAge, job.SubmittedAt))
            {
                if (need.IsFixed || job.Demand.RequiresData)
                {
                    // Nothing else may happen before somebody has it.
                    plan.Wake(fact.GoodUntil(plan.Options.FactAge));
                }

                continue;
            }

            candidates ??= FindCandidates(job);
            if (candidates.Count > 1)
            {
                isAwaited |= Ask(need, candidates) && fact is not { HasHolder: true };
            }
        }

        return isAwaited;
    }

    /// <summary>False if it has to wait for the next plan, and the job need not wait for that.</summary>
    private bool Ask(DataNeed need, ImmutableSortedSet<NodeId> candidates)
    {
        if (asked.Contains(need.Key))
        {
            return true;
        }

        if (asked.Count >= MostAsked)
        {
            plan.HasMore = true;
            return true;
        }

        asked.Add(need.Key);
        plan.Steps.Add(candidates.Count > DataFact.MostAskedByName
            ? new PlanStep.Ask(need, [], plan.Options.AnswerTime)
            : new PlanStep.Ask(need, candidates, plan.Options.NamedAnswerTime));
        return true;
    }

    /// <summary>The nodes that could run the job; of more than can be asked by name, one more than that.</summary>
    private ImmutableSortedSet<NodeId> FindCandidates(LiveJob job)
    {
        var found = ImmutableSortedSet.CreateBuilder<NodeId>();
        foreach (var (id, node) in plan.Snapshot.Nodes)
        {
            if (node.IsEligible && NodeFilter.FindObjection(node.Facts, job.Demand) is null && NodeFilter.FindRefusal(node, job, plan.Now) is null)
            {
                found.Add(id);
                if (found.Count > DataFact.MostAskedByName)
                {
                    break;
                }
            }
        }

        return found.ToImmutable();
    }
}
