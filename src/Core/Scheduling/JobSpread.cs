using Bacalhau.Core.Cluster;

namespace Bacalhau.Core.Scheduling;

/// <summary>How the executions of one job are spread over the nodes while a plan is made.</summary>
internal sealed class JobSpread
{
    private readonly LiveJob job;
    private readonly Dictionary<NodeId, int> before = [];
    private NodeRank last;

    public JobSpread(ClusterSnapshot snapshot, LiveJob job)
    {
        this.job = job;
        foreach (var id in job.Holders.Values.Concat(job.Surges.Values))
        {
            if (snapshot.Executions.TryGetValue(id, out var execution))
            {
                before[execution.Node] = before.GetValueOrDefault(execution.Node) + 1;
            }
        }
    }

    /// <summary>How many executions the job has on a node.</summary>
    public int CountOn(NodeRoom room) => before.GetValueOrDefault(room.Node.Id) + room.GivenTo(job.Id);

    /// <summary>No node with so many unmet preferences that has room, and where the job has not failed, has fewer executions than this: while a plan is made they only grow.</summary>
    public int LeastAt(int unmet) => last.Failures == 0 && last.Unmet == unmet ? last.Own : 0;

    /// <summary>The best node had this rank.</summary>
    public void Found(NodeRank rank) => last = rank;
}
