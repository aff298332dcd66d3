using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>
/// Finds, for a request that decides, what the snapshot does not hold. It reads the writer's own connection and knows what earlier requests of the same
/// transaction have decided; a request sees its own changes in its draft only.
/// </summary>
public sealed class StateLookup : IDisposable
{
    private readonly SqliteStatement jobById;
    private readonly SqliteStatement jobByName;
    private readonly SqliteStatement jobByToken;
    private readonly SqliteStatement jobVersion;
    private readonly SqliteStatement executionById;
    private readonly SqliteStatement nodeKey;
    private readonly SqliteStatement inputList;
    private readonly SqliteStatement inputListRoom;
    private WriteBatch pending = new();

    internal StateLookup(SqliteConnection connection)
    {
        jobById = new(connection, Statements.JobById);
        jobByName = new(connection, Statements.JobByName);
        jobByToken = new(connection, Statements.JobByToken);
        jobVersion = new(connection, Statements.JobVersion);
        executionById = new(connection, Statements.ExecutionById);
        nodeKey = new(connection, Statements.NodeKey);
        inputList = new(connection, Statements.InputList);
        inputListRoom = new(connection, Statements.SumInputListsOfVersion);
    }

    /// <summary>The job at its latest version, or null if there is none of this id.</summary>
    public StoredJob? Job(JobId id)
    {
        var changed = pending.JobsById.GetValueOrDefault(id);
        var stored = OneJob(jobById, id.Value);
        return changed is null ? stored : WithChanges(changed, stored);
    }

    /// <summary>The newest job of a name in a namespace, or null.</summary>
    public StoredJob? JobByName(string space, string name) =>
        pending.Names.TryGetValue((space, name), out var added) ? Job(added)
        : OneJob(jobByName, space, name) is { } stored ? Job(stored.Id)
        : null;

    /// <summary>What was answered to an idempotency token before, however long ago; null if it is new.</summary>
    public StoredToken? Token(string token)
    {
        if (pending.Tokens.TryGetValue(token, out var added))
        {
            return new(added.Job, pending.JobsById[added.Job].SubmittedAt, added.BodyDigest, added.Answer);
        }

        using var row = jobByToken.Read(token);
        return row.Read() ? new(new(row.GetString(0)), RowReader.Time(row, 1), row.GetString(2), RowReader.Bytes(row, 3)) : null;
    }

    /// <summary>The canonical spec of a job's version; null if there is none.</summary>
    public byte[]? Spec(JobId id, int version)
    {
        if (Job(id) is not { } job)
        {
            return null;
        }

        if (job.Version == version)
        {
            return job.Spec;
        }

        using var row = jobVersion.Read(job.Key, version);
        return row.Read() ? RowReader.Bytes(row, 7) : null;
    }

    /// <summary>
    /// The execution, ended or not, or null if there is none of this id. One that has ended leaves the snapshot at a restart though its node still knows it:
    /// when the node lists it, it is found here and is to be forgotten.
    /// </summary>
    public StoredExecution? Execution(ExecutionId id)
    {
        var changed = pending.ExecutionsById.GetValueOrDefault(id);
        using var row = executionById.Read(id.Value);
        var stored = row.Read() ? RowReader.EndedExecution(row) : null;
        if (changed is null)
        {
            return stored;
        }

        var end = pending.Ends.GetValueOrDefault(id);
        var jobKey = stored?.JobKey ?? Job(changed.Job)!.Key;
        return new(changed, jobKey, end?.Output ?? stored?.Output, end?.PublishedResult ?? stored?.PublishedResult);
    }

    /// <summary>Public key of a node that was deleted and has not joined again; null if there is none of this id.</summary>
    public string? KeyOfDeletedNode(NodeId id)
    {
        var isTouched = pending.Nodes.TryGetValue(id, out var changed);
        using var row = nodeKey.Read(id.Value);
        return changed is null && row.Read() && (isTouched || row.GetInt32(1) == RowReader.DeletedMembership) ? row.GetString(0) : null;
    }

    /// <summary>A list of an input; null if there is none yet.</summary>
    internal InputList? InputList(long jobKey, InputListKey key)
    {
        if (pending.Lists.Find(added => added.Key == key) is { } added)
        {
            return added.List;
        }

        using var row = inputList.Read(jobKey, key.Version, key.Name);
        return row.Read() ? new(row.GetString(0), RowReader.Bytes(row, 1)) : null;
    }

    /// <summary>Room that all lists of a job's version take; many small ones take some, too.</summary>
    internal long InputListRoom(long jobKey, int version) =>
        inputListRoom.Number(jobKey, version) + pending.Lists.Where(added => added.JobKey == jobKey && added.Key.Version == version).Sum(added => added.List.Bytes.Length + 4096L);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)[jobById, jobByName, jobByToken, jobVersion, executionById, nodeKey, inputList, inputListRoom])
        {
            statement.Dispose();
        }
    }

    /// <summary>Says what the open transaction is going to write.</summary>
    internal void Begin(WriteBatch batch) => pending = batch;

    private static StoredJob? OneJob(SqliteStatement statement, params ReadOnlySpan<object?> values)
    {
        using var row = statement.Read(values);
        return row.Read() ? RowReader.Job(row) : null;
    }

    private StoredJob WithChanges(LiveJob job, StoredJob? stored) => new()
    {
        Key = job.Key,
        Id = job.Id,
        Namespace = job.Namespace,
        Name = job.Name,
        Version = job.Version,
        SpecDigest = job.SpecDigest,
        Spec = pending.Submissions.GetValueOrDefault(job.Id)?.Spec ?? stored!.Spec,
        State = job.State,
        Message = job.Message,
        Revision = job.Revision,
        CreatedAt = job.CreatedAt,
        SubmittedAt = job.SubmittedAt,
        ModifiedAt = job.ModifiedAt,
    };
}
