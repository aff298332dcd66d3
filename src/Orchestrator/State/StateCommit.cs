using Bacalhau.Core.Cluster;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>One transaction after the other: requests decide on the snapshot that the one before them made, then all is written, or nothing.</summary>
internal sealed class StateCommit : IDisposable
{
    private readonly StateStore store;
    private readonly StateWriterOptions options;
    private readonly SnapshotLoader loader;
    private readonly RowWriter rows;
    private readonly StateLookup lookup;
    private readonly SqliteStatement begin;
    private readonly SqliteStatement commit;
    private long executionKeyAtTerm;
    private long lastJobKey;
    private long lastExecutionKey;
    private long lastNodeKey;
    private WriteBatch batch = new();
    private ClusterSnapshot next;
    private DateTimeOffset now;
    private bool isUncertain;
    private bool hasReachedCommit;

    /// <summary>Loads the state.</summary>
    public StateCommit(StateStore store, StateWriterOptions options)
    {
        this.store = store;
        this.options = options;
        loader = new SnapshotLoader(store.Connection, options.ReadDemand);
        rows = new RowWriter(store.Connection);
        lookup = new StateLookup(store.Connection);
        begin = new SqliteStatement(store.Connection, "BEGIN IMMEDIATE");
        commit = new SqliteStatement(store.Connection, "COMMIT");
        (lastJobKey, lastExecutionKey, lastNodeKey) = loader.LastKeys();
        executionKeyAtTerm = lastExecutionKey;
        next = Snapshot = loader.Load(options.Clock.GetUtcNow());
    }

    /// <summary>The state as of the last commit.</summary>
    public ClusterSnapshot Snapshot { get; private set; }

    /// <summary>Executions that the open transaction is going to write.</summary>
    public int Executions => batch.Executions.Count;

    /// <summary>Rows written since the start.</summary>
    public long RowsWritten { get; private set; }

    /// <summary>Transactions committed since the start.</summary>
    public long Transactions { get; private set; }

    /// <summary>Opens a transaction in memory; after a failed one, with the state as the disk has it.</summary>
    public void Begin()
    {
        if (isUncertain)
        {
            Rollback();
            Snapshot = SoftState.CarryOver(Snapshot, loader.Load(Snapshot.StartedAt));
            isUncertain = false;
        }

        hasReachedCommit = false;
        batch = new();
        next = Snapshot;
        now = options.Clock.GetUtcNow();
        lookup.Begin(batch);
    }

    /// <summary>Lets a request decide; if it throws, nothing of it remains.</summary>
    public void Decide(PendingRequest request)
    {
        var context = new StateContext
        {
            Draft = new ClusterDraft(next),
            Now = now,
            Ids = options.Ids,
            NextJobKey = () => ++lastJobKey,
            NextExecutionKey = () => ++lastExecutionKey,
            NextNodeKey = () => ++lastNodeKey,
            LastExecutionKey = (executionKeyAtTerm, lastExecutionKey),
            Lookup = lookup,
        };
        request.Decide(context);
        batch.Add(context);
        next = context.Draft.ToSnapshot();
    }

    /// <summary>Writes everything and waits until it is on disk.</summary>
    public void Commit()
    {
        if (batch.HasWrites)
        {
            var before = rows.RowsWritten;
            begin.Run();
            rows.Write(batch, JobKey);
            hasReachedCommit = true;
            options.Commit(() => commit.Run());
            RowsWritten += rows.RowsWritten - before;
            Transactions++;
            if (batch.Term > store.Term)
            {
                store.Term = batch.Term;
                executionKeyAtTerm = lastExecutionKey;
            }
        }

        Snapshot = next;
    }

    /// <summary>Whether a failed transaction may go through without one of its requests: it was not being committed, and the disk was not the reason.</summary>
    public bool IsFaultOfRequest(Exception error) => !hasReachedCommit && !StoreProblem.IsOfDisk(error);

    /// <summary>Gives up the open transaction; nobody knows what is on disk until the next one begins.</summary>
    public void Abandon()
    {
        isUncertain = true;
        try
        {
            Rollback();
        }
        catch (SqliteException)
        {
            // A disk that fails altogether. The next transaction begins with another try.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        rows.Dispose();
        lookup.Dispose();
        begin.Dispose();
        commit.Dispose();
    }

    private long? JobKey(LiveExecution execution) =>
        next.Jobs.TryGetValue(execution.Job, out var job) ? job.Key : lookup.Job(execution.Job)?.Key;

    private void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(store.Connection.Handle) == 0)
        {
            store.Execute("ROLLBACK");
        }
    }
}
