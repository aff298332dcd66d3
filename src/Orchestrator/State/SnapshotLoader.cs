using Bacalhau.Core.Cluster;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>Makes the snapshot out of the store's live rows. Finished jobs are not read, so they cost nothing.</summary>
internal sealed class SnapshotLoader(SqliteConnection connection, ReadDemand readDemand)
{
    /// <summary>The cluster as the store has it: every job dirty, every node disconnected since <paramref name="now"/>.</summary>
    public ClusterSnapshot Load(DateTimeOffset now)
    {
        var executions = Executions();
        var draft = new ClusterDraft(ClusterSnapshot.Empty with { StartedAt = now });
        foreach (var node in Nodes(now))
        {
            draft.Put(node, write: false);
        }

        foreach (var job in Jobs(executions, now))
        {
            draft.Put(job, write: false);
        }

        foreach (var (execution, _) in executions)
        {
            draft.Put(Grants.AsOfStart(execution, now), write: false);
        }

        return draft.ToSnapshot();
    }

    /// <summary>Keys of the last rows of jobs, executions and nodes; of executions also of those that are deleted.</summary>
    public (long Job, long Execution, long Node) LastKeys()
    {
        using var job = new SqliteStatement(connection, Statements.LastJobKey);
        using var execution = new SqliteStatement(connection, Statements.LastExecutionKey);
        using var kept = new SqliteStatement(connection, Statements.KeptExecutionKey);
        using var node = new SqliteStatement(connection, Statements.LastNodeKey);
        return (job.Number(), Math.Max(execution.Number(), kept.Number()), node.Number());
    }

    private List<ClusterNode> Nodes(DateTimeOffset now)
    {
        using var statement = new SqliteStatement(connection, Statements.AllNodes);
        using var rows = statement.Read();
        var nodes = new List<ClusterNode>();
        while (rows.Read())
        {
            nodes.Add(RowReader.Node(rows, now));
        }

        return nodes;
    }

    private List<(LiveExecution Execution, long Job)> Executions()
    {
        using var statement = new SqliteStatement(connection, Statements.LiveExecutions);
        using var rows = statement.Read();
        var executions = new List<(LiveExecution, long)>();
        while (rows.Read())
        {
            executions.Add((RowReader.Execution(rows), rows.GetInt64(3)));
        }

        return executions;
    }

    private IEnumerable<LiveJob> Jobs(List<(LiveExecution Execution, long Job)> executions, DateTimeOffset now)
    {
        var jobs = new SortedDictionary<long, LiveJob>();
        using (var active = new SqliteStatement(connection, Statements.ActiveJobs))
        using (var rows = active.Read())
        {
            while (rows.Read())
            {
                jobs[rows.GetInt64(0)] = RowReader.LiveJob(rows, readDemand);
            }
        }

        using var byKey = new SqliteStatement(connection, Statements.JobByKey);
        foreach (var key in executions.Select(pair => pair.Job).Where(key => !jobs.ContainsKey(key)).Distinct().ToList())
        {
            using var row = byKey.Read(key);
            row.Read();
            jobs[key] = RowReader.LiveJob(row, readDemand);
        }

        return jobs.Values.Select(job => job with { Completed = Completed(job), NextBackoffEnd = PartitionRules.NextBackoffEnd(job.Retries, now) });
    }

    private PartitionSet Completed(LiveJob job)
    {
        using var statement = new SqliteStatement(connection, Statements.CompletedPartitions);
        using var rows = statement.Read(job.Key, job.Version);
        var partitions = new List<int>();
        while (rows.Read())
        {
            partitions.Add(rows.GetInt32(0));
        }

        return PartitionSet.From(partitions);
    }
}
