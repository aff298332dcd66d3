using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>
/// What is read of the store by those who show it to people: live and finished jobs alike. Everything that the writer has acknowledged is seen. A call copies what it
/// gives back and ends its transaction before it returns.
/// </summary>
public sealed class JobQueries : IDisposable
{
    private readonly StoreReaders readers;

    private JobQueries(StoreReaders readers) => this.readers = readers;

    /// <summary>Reads a store on connections of its own; many threads may ask at once.</summary>
    public static JobQueries Open(StateStore store) => new(new StoreReaders(store.Path));

    /// <summary>Reads a store on its writer's connection, as everything on one thread does.</summary>
    internal static JobQueries OnWritersConnection(StateStore store) => new(new StoreReaders(store.Connection));

    /// <summary>The job at its latest version, or null.</summary>
    public StoredJob? Job(JobId id) => readers.First(Statements.JobById, RowReader.Job, id.Value);

    /// <summary>The newest job of a name in a namespace, or null.</summary>
    public StoredJob? JobByName(string space, string name) => readers.First(Statements.JobByName, RowReader.Job, space, name);

    /// <summary>Ids that begin with a prefix, at most <paramref name="limit"/>; every id for the empty prefix.</summary>
    public ImmutableArray<JobId> JobsByPrefix(string prefix, int limit) =>
        readers.All(Statements.JobsInRange, row => new JobId(row.GetString(0)), prefix, EndOf(prefix), limit);

    /// <summary>All versions of a job, oldest first.</summary>
    public ImmutableArray<StoredJob> Versions(StoredJob latest) =>
        [.. readers.All(Statements.JobVersions, row => RowReader.Version(row, latest), latest.Key), latest];

    /// <summary>A version of a job, or null.</summary>
    public StoredJob? Version(StoredJob latest, int version) =>
        version == latest.Version ? latest : readers.First(Statements.JobVersion, row => RowReader.Version(row, latest), latest.Key, version);

    /// <summary>A page of jobs.</summary>
    public Page<StoredJob> Jobs(JobListQuery query)
    {
        var (sql, values) = ListStatement.Jobs(query);
        var rest = query.Labels.RemoveAll(ListStatement.IsInStatement);
        return readers.Page(
            sql,
            values,
            query.Limit,
            RowReader.Job,
            job => new PagePlace(query.ByChange ? job.ModifiedAt.UtcTicks : 0, job.Key),
            rest.IsEmpty ? null : (connection, job) => HasLabels(connection, job.Key, rest));
    }

    /// <summary>A page of a job's executions; of those that were refused only the first of each version.</summary>
    public Page<StoredExecution> Executions(ExecutionListQuery query)
    {
        var (sql, values) = ListStatement.Executions(query);
        return readers.Page(
            sql,
            values,
            query.Limit,
            RowReader.EndedExecution,
            stored => new PagePlace(query.ByChange ? stored.Execution.ModifiedAt.UtcTicks : 0, stored.Execution.Key));
    }

    /// <summary>An execution with what it left behind, or null.</summary>
    public StoredExecution? Execution(ExecutionId id) => readers.First(Statements.ExecutionById, RowReader.EndedExecution, id.Value);

    /// <summary>The end of an execution's log, in the log's own format; null if none is kept.</summary>
    public byte[]? LogTail(ExecutionId id) => readers.First(Statements.LogTail, row => RowReader.Bytes(row, 0), id.Value);

    /// <summary>Where the accepted results of a job's version lie, by partition.</summary>
    public ImmutableArray<StoredResult> PublishedResults(long job, int version) => readers.All(
        Statements.PublishedResults,
        row => new StoredResult(new ExecutionId(row.GetString(0)), JsonSerializer.Deserialize(RowReader.Bytes(row, 1), StateJson.Default.PublishedResult)!),
        job,
        version);

    /// <summary>A page of a job's history, in order.</summary>
    public HistoryPage History(HistoryQuery query)
    {
        var limit = query.Limit > 0 ? query.Limit : int.MaxValue;
        var rows = readers.Stream(Statements.History, RowReader.Events, query.Job, query.From, query.Version);
        var shown = rows.SelectMany(row => row).Where(query.Shows).Take(limit == int.MaxValue ? limit : limit + 1).ToImmutableArray();
        var hasMore = shown.Length > limit;
        var events = hasMore ? shown.RemoveAt(limit) : shown;
        return new(events, hasMore, events.IsEmpty ? query.From : events[^1].SeqNum + 1);
    }

    /// <summary>Ids of finished jobs that changed last before a time, oldest first.</summary>
    internal ImmutableArray<(long Key, JobId Id)> FinishedJobs(DateTimeOffset before, int limit) =>
        readers.All(Statements.FinishedJobs, row => (row.GetInt64(0), new JobId(row.GetString(1))), before.UtcTicks, limit);

    /// <summary>How many jobs are over.</summary>
    internal long FinishedJobCount() => readers.All(Statements.CountFinishedJobs, row => row.GetInt64(0))[0];

    /// <summary>Bytes of all ends of logs.</summary>
    internal long LogBytes() => readers.All(Statements.SumLogs, row => row.GetInt64(0))[0];

    /// <summary>Ends of logs, oldest first.</summary>
    internal ImmutableArray<(long Execution, long Bytes)> OldestLogs(int limit) =>
        readers.All(Statements.OldestLogs, row => (row.GetInt64(0), row.GetInt64(1)), limit);

    /// <summary>Bytes of all lists of inputs.</summary>
    internal long InputListBytes() => readers.All(Statements.SumInputLists, row => row.GetInt64(0))[0];

    /// <summary>Jobs that are over and have lists of inputs, oldest first.</summary>
    internal ImmutableArray<(long Key, JobId Id, long Bytes)> OldestInputLists(int limit) =>
        readers.All(Statements.OldestInputLists, row => (row.GetInt64(0), new JobId(row.GetString(1)), row.GetInt64(2)), limit);

    /// <inheritdoc/>
    public void Dispose() => readers.Dispose();

    private static string EndOf(string prefix) => prefix + char.MaxValue;

    private static bool HasLabels(SqliteConnection connection, long job, ImmutableArray<LabelRequirement> requirements)
    {
        using var statement = new SqliteStatement(connection, Statements.Labels);
        using var rows = statement.Read(job);
        var labels = TextMap.Empty.ToBuilder();
        while (rows.Read())
        {
            labels[RowReader.Text(rows, 0)] = RowReader.Text(rows, 1);
        }

        var all = labels.ToImmutable();
        return LabelSelector.Matches(requirements, all);
    }
}
