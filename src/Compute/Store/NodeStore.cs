using Bacalhau.Core;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Compute.Store;

/// <summary>
/// What a node must not forget: its executions with both counters' facts, and its cluster. Every change is on disk before its task completes; changes that
/// wait together are written together. Without a writer thread each change is written at once, on the caller's thread (the simulator, tests).
/// </summary>
public sealed class NodeStore : IDisposable
{
    /// <summary>With less room on its disk a node takes nothing new: a batch of wishes has at most half of it.</summary>
    private const long LeastRoomBytes = 1024 * 1024;

    private const int DiskIsFull = 13;
    private const string IsFull = "the disk of the node is full, so it cannot save what it does. Make room there; work that runs goes on.";
    private readonly Lock gate = new();
    private readonly NodeDatabase database;
    private readonly NodeWriterThread? thread;
    private readonly string? file;
    private readonly Action<Action> write;
    private volatile NodeStoreState current;
    private long nextKey;

    private NodeStore(SqliteConnection connection, string? file, Action<Action> write)
    {
        this.file = file;
        this.write = write;
        database = new NodeDatabase(connection);
        current = database.Load();
        nextKey = NextKeyOf(current);
        thread = file is null ? null : new NodeWriterThread(Commit);
    }

    /// <summary>What is on disk.</summary>
    public NodeStoreState Current => current;

    /// <summary>Why the last write failed; empty when it succeeded.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>Rows written since the store was opened.</summary>
    public long RowWrites
    {
        get { lock (gate) { return database.RowWrites; } }
    }

    /// <summary>Opens the store in a file, which is made if it is not there, with a thread of its own that writes.</summary>
    /// <exception cref="NodeStoreException">It cannot be opened.</exception>
    public static NodeStore Open(string path, IIdSource ids)
    {
        try
        {
            return Open(new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString()), ids, path, Simply);
        }
        catch (SqliteException exception)
        {
            throw new NodeStoreException($"The node's store {path} cannot be opened: {exception.Message}. Look at the disk and at the folder's rights.", exception);
        }
    }

    /// <summary>Opens the store over a connection, which becomes its own; every change is written on its caller's thread.</summary>
    public static NodeStore OpenInline(SqliteConnection connection, IIdSource ids) => OpenInline(connection, ids, Simply);

    /// <summary>As the other, with what wraps each write: it is given the write and calls it.</summary>
    internal static NodeStore OpenInline(SqliteConnection connection, IIdSource ids, Action<Action> write) => Open(connection, ids, file: null, write);

    /// <summary>Why the disk lets nothing new begin; empty when it has room. A small write may still succeed where the next large one will not.</summary>
    public string FindLackOfRoom()
    {
        try
        {
            return file is null || new DriveInfo(Path.GetDirectoryName(file)!).AvailableFreeSpace >= LeastRoomBytes ? "" : IsFull;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next write tells what is wrong.
            return "";
        }
    }

    /// <summary>Makes a change: <paramref name="change"/> runs once, alone, on the newest state. The task completes when it is on disk.</summary>
    /// <exception cref="NodeStoreException">It could not be saved (a full disk); nothing has changed.</exception>
    public Task<T> ChangeAsync<T>(Func<NodeDraft, T> change)
    {
        var pending = new PendingChange<T>(change, isInline: thread is null);
        if (thread is null)
        {
            Commit([pending]);
        }
        else
        {
            thread.Take(pending);
        }

        return pending.Done;
    }

    /// <inheritdoc cref="ChangeAsync{T}"/>
    public Task ChangeAsync(Action<NodeDraft> change) => ChangeAsync(draft =>
    {
        change(draft);
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        thread?.Dispose();
        database.Dispose();
    }

    private static void Simply(Action write) => write();

    private static NodeStore Open(SqliteConnection connection, IIdSource ids, string? file, Action<Action> write)
    {
        if (connection.State != System.Data.ConnectionState.Open)
        {
            connection.Open();
        }

        var store = new NodeStore(connection, file, write);
        if (store.Current.Memory.OwnerId.Length == 0)
        {
            store.Commit([new PendingChange<bool>(
                draft =>
                {
                    draft.Remember(draft.State.Memory with { OwnerId = $"{ids.Next():N}" });
                    return true;
                },
                isInline: true)]);
        }

        return store;
    }

    private static long NextKeyOf(NodeStoreState state) => state.Held.Values.Select(held => held.Key).DefaultIfEmpty().Max() + 1;

    private void Commit(IReadOnlyList<PendingChange> changes)
    {
        lock (gate)
        {
            var before = current;
            var touched = new SortedDictionary<ExecutionId, HeldExecution?>();
            var (state, key, isMemoryTouched) = (before, nextKey, false);
            foreach (var change in changes)
            {
                var draft = new NodeDraft(state, key);
                if (!change.Decide(draft))
                {
                    continue;
                }

                (state, key) = (draft.State, draft.NextKey);
                isMemoryTouched |= draft.IsMemoryTouched;
                foreach (var (id, held) in draft.Touched)
                {
                    touched[id] = held;
                }
            }

            if ((touched.Count > 0 || isMemoryTouched) && !TryWrite(before, touched, isMemoryTouched ? state.Memory : null))
            {
                var failure = new NodeStoreException(Trouble);
                changes.ToList().ForEach(change => change.Fail(failure));
                return;
            }

            (current, nextKey) = (state, key);
        }

        foreach (var change in changes)
        {
            change.Complete();
        }
    }

    private bool TryWrite(NodeStoreState before, SortedDictionary<ExecutionId, HeldExecution?> touched, ClusterMemory? memory)
    {
        try
        {
            write(() => database.Write(before, touched, memory));
            Trouble = "";
            return true;
        }
        catch (SqliteException exception)
        {
            Trouble = exception.SqliteErrorCode == DiskIsFull
                ? IsFull
                : $"the node cannot save what it does: {exception.Message.TrimEnd('.')}. See to its disk; work that runs goes on.";
            Reload();
            return false;
        }
    }

    /// <summary>After a failed commit it is not known what is on disk.</summary>
    private void Reload()
    {
        try
        {
            current = database.Load();
            nextKey = Math.Max(nextKey, NextKeyOf(current));
        }
        catch (SqliteException)
        {
            // The disk does not even read: what was read last stands, and the next write tries again.
        }
    }
}
