using System.Text;
using System.Text.Json;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>Turns rows into records; the columns stand in the order of <see cref="Statements"/>.</summary>
internal static class RowReader
{
    /// <summary>Number of columns in <see cref="Statements.ExecutionRead"/>.</summary>
    private const int EndColumn = 40;

    /// <summary>In the column of the membership: the node was deleted.</summary>
    public const int DeletedMembership = 3;

    /// <summary>A job of <see cref="Statements.JobColumns"/>.</summary>
    public static StoredJob Job(SqliteDataReader row) => new()
    {
        Key = row.GetInt64(0),
        Id = new(row.GetString(1)),
        Namespace = row.GetString(2),
        Name = row.GetString(3),
        Version = row.GetInt32(4),
        SpecDigest = row.GetString(5),
        State = (JobState)row.GetInt32(6),
        Revision = row.GetInt64(7),
        CreatedAt = Time(row, 8),
        SubmittedAt = Time(row, 9),
        ModifiedAt = Time(row, 10),
        Message = Text(row, 13),
        Spec = Bytes(row, 14),
    };

    /// <summary>A superseded version of a job, of <see cref="Statements.JobVersions"/>.</summary>
    public static StoredJob Version(SqliteDataReader row, StoredJob latest) => latest with
    {
        Version = row.GetInt32(0),
        SpecDigest = row.GetString(1),
        State = (JobState)row.GetInt32(2),
        Revision = row.GetInt64(3),
        SubmittedAt = Time(row, 4),
        ModifiedAt = Time(row, 5),
        Message = Text(row, 6),
        Spec = Bytes(row, 7),
    };

    /// <summary>The events of one row of <see cref="Statements.History"/>.</summary>
    public static IEnumerable<StoredEvent> Events(SqliteDataReader row)
    {
        var (first, version) = (row.GetInt64(0), row.GetInt32(1));
        return JsonSerializer.Deserialize(Bytes(row, 2), StateJson.Default.ImmutableArrayEventRow)
            .Select((happened, index) => new StoredEvent(first + index, version, happened.ToEvent()));
    }

    /// <summary>A job of <see cref="Statements.JobColumns"/> with its memory, as planning sees it; what other rows tell is not in it yet.</summary>
    public static LiveJob LiveJob(SqliteDataReader row, ReadDemand readDemand)
    {
        var stored = Job(row);
        var job = new LiveJob
        {
            Id = stored.Id,
            Key = stored.Key,
            Name = stored.Name,
            Namespace = stored.Namespace,
            Version = stored.Version,
            SpecDigest = stored.SpecDigest,
            Demand = readDemand(stored.Spec),
            State = stored.State,
            Message = stored.Message,
            Revision = stored.Revision,
            CreatedAt = stored.CreatedAt,
            SubmittedAt = stored.SubmittedAt,
            ModifiedAt = stored.ModifiedAt,
            WaitingSince = TimeOrNull(row, 11),
            NextFresh = row.GetInt32(12),
        };
        return row.IsDBNull(15) ? job : JsonSerializer.Deserialize(Bytes(row, 15), StateJson.Default.JobMemory)!.ApplyTo(job);
    }

    /// <summary>An execution of <see cref="Statements.ExecutionRead"/>.</summary>
    public static LiveExecution Execution(SqliteDataReader row) => new()
    {
        Key = row.GetInt64(0),
        Job = new(row.GetString(1)),
        Id = new(row.GetString(2)),
        JobVersion = row.GetInt32(4),
        Partition = row.GetInt32(5),
        Node = new(row.GetString(6)),
        Amount = new ResourceAmount(row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10)),
        SpecDigest = row.GetString(11),
        State = (ExecutionState)row.GetInt32(12),
        Desired = (DesiredState)row.GetInt32(13),
        Phase = (ExecutionPhase)row.GetInt32(14),
        Revision = row.GetInt64(15),
        Ask = (Ask)row.GetInt32(16),
        AskRevision = row.GetInt64(17),
        AskOrder = row.GetInt64(18),
        ReportRevision = row.GetInt64(19),
        IsKnownToNode = row.GetBoolean(20),
        InLine = row.GetBoolean(21),
        HoldsPartition = row.GetBoolean(22),
        HoldsRoom = row.GetBoolean(23),
        GrantUntil = TimeOrNull(row, 24),
        CreatedAt = Time(row, 25),
        ModifiedAt = Time(row, 26),
        Message = Text(row, 27),
        DesiredMessage = Text(row, 28),
        Past = new PartitionRetry(row.GetInt32(29), row.GetInt32(30), Time(row, 31)),
        HasResult = row.GetInt32(12) == (int)ExecutionState.Completed || row.GetBoolean(32),
        Namespace = row.GetString(33),
        IsSurge = row.GetBoolean(34),
        RunningSince = TimeOrNull(row, 35),
        HealthySince = TimeOrNull(row, 36),
        Choice = row.IsDBNull(37) ? "" : Text(row, 37),
        Inputs = row.IsDBNull(38) ? null : new InputBytes(row.GetInt64(38), row.GetInt64(39)),
    };

    /// <summary>An execution of <see cref="Statements.ExecutionRead"/> followed by <see cref="Statements.ExecutionEndRead"/>.</summary>
    public static StoredExecution EndedExecution(SqliteDataReader row) => new(
        Execution(row),
        row.GetInt64(3),
        row.IsDBNull(EndColumn) ? null : new RunOutput
        {
            ExitCode = row.GetInt32(EndColumn),
            StdoutTruncated = row.GetBoolean(EndColumn + 1),
            StderrTruncated = row.GetBoolean(EndColumn + 2),
            Stdout = Bytes(row, EndColumn + 3),
            Stderr = Bytes(row, EndColumn + 4),
            ErrorMessage = Text(row, EndColumn + 5),
        },
        row.IsDBNull(EndColumn + 6) ? null : JsonSerializer.Deserialize(Bytes(row, EndColumn + 6), StateJson.Default.PublishedResult));

    /// <summary>A node of <see cref="Statements.AllNodes"/>, without a session.</summary>
    public static ClusterNode Node(SqliteDataReader row, DateTimeOffset disconnectedSince) => new()
    {
        Key = row.GetInt64(0),
        Id = new(row.GetString(1)),
        PublicKey = row.GetString(2),
        Membership = (NodeMembership)row.GetInt32(3),
        FactsRevision = row.GetInt64(4),
        LastSeenAt = Time(row, 5),
        LastError = Text(row, 6),
        Facts = JsonSerializer.Deserialize(Bytes(row, 7), StateJson.Default.NodeFacts)!,
        HoldsStrangers = row.GetBoolean(8),
        StopsStrangersBelow = row.GetInt64(9),
        Drain = TimeOrNull(row, 10) is { } since ? new NodeDrain(since, TimeOrNull(row, 11)) : null,
        Exit = TimeOrNull(row, 14) is { } until ? new NodeExit((NodeLeaving)row.GetInt32(12), Text(row, 13), until) : null,
        Connection = NodeConnection.Disconnected,
        DisconnectedSince = disconnectedSince,
    };

    /// <summary>A time.</summary>
    public static DateTimeOffset Time(SqliteDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);

    /// <summary>Bytes.</summary>
    public static byte[] Bytes(SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    /// <summary>Text that is kept as bytes.</summary>
    public static string Text(SqliteDataReader row, int column) => Encoding.UTF8.GetString(Bytes(row, column));

    private static DateTimeOffset? TimeOrNull(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : Time(row, column);
}
