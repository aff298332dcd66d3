using Bacalhau.Core;

namespace Bacalhau.Compute.Store;

/// <summary>The next state while it is being made: what was put here is on disk before anybody is told.</summary>
public sealed class NodeDraft
{
    private readonly SortedDictionary<ExecutionId, HeldExecution?> touched = [];
    private long nextKey;

    internal NodeDraft(NodeStoreState from, long nextKey) => (State, this.nextKey) = (from, nextKey);

    /// <summary>The state as of now, with all changes made here.</summary>
    public NodeStoreState State { get; private set; }

    /// <summary>Executions changed here, with what they are to be; null for removed.</summary>
    internal IReadOnlyDictionary<ExecutionId, HeldExecution?> Touched => touched;

    internal bool IsMemoryTouched { get; private set; }

    internal long NextKey => nextKey;

    /// <summary>An execution; null if it is not held.</summary>
    public HeldExecution? Find(ExecutionId id) => State.Find(id);

    /// <summary>Keeps an execution, new or changed.</summary>
    public void Put(HeldExecution held)
    {
        held = Find(held.Id) is { } known ? held with { Key = known.Key } : held with { Key = nextKey++ };
        touched[held.Id] = held;
        State = State with { Held = State.Held.SetItem(held.Id, held) };
    }

    /// <summary>Forgets an execution that has ended: at once, or, where it may have published what does not count, when that is withdrawn.</summary>
    public void Forget(HeldExecution held, bool resultAccepted)
    {
        if (resultAccepted || held.Publisher.Length == 0)
        {
            Remove(held.Id);
        }
        else
        {
            Put(held with { IsForgetAsked = true });
        }
    }

    /// <summary>Removes what is kept of an execution.</summary>
    public void Remove(ExecutionId id)
    {
        if (State.Held.ContainsKey(id))
        {
            touched[id] = null;
            State = State with { Held = State.Held.Remove(id) };
        }
    }

    /// <summary>Remembers what is known of the cluster.</summary>
    public void Remember(ClusterMemory memory)
    {
        IsMemoryTouched = true;
        State = State with { Memory = memory };
    }
}
