using Bacalhau.Core;
using Bacalhau.Core.Resources;

namespace Bacalhau.Compute.Executions;

/// <summary>
/// Who may use the node's room. What was given room by the orchestrator enters at once or not at all; what was given beyond the node's capacity waits in line
/// and starts from its head only, when there is room. What runs never exceeds the capacity.
/// </summary>
/// <param name="capacity">The node's room in all.</param>
internal sealed class Line(ResourceAmount capacity)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, Waiter> waiting = [];
    private readonly Dictionary<ExecutionId, ResourceAmount> inside = [];
    private ResourceAmount used;

    /// <summary>Executions that have room.</summary>
    public int InsideCount
    {
        get { lock (gate) { return inside.Count; } }
    }

    /// <summary>Executions that wait.</summary>
    public int WaitingCount
    {
        get { lock (gate) { return waiting.Count; } }
    }

    /// <summary>Room in use.</summary>
    public ResourceAmount Used
    {
        get { lock (gate) { return used; } }
    }

    /// <summary>Whether an execution has room.</summary>
    public bool IsInside(ExecutionId id)
    {
        lock (gate)
        {
            return inside.ContainsKey(id);
        }
    }

    /// <summary>Takes room for what has it already: a program that runs on from before a restart.</summary>
    public void Force(ExecutionId id, ResourceAmount amount)
    {
        lock (gate)
        {
            Admit(id, amount);
        }
    }

    /// <summary>Takes room if there is enough; false if not.</summary>
    public bool TryEnter(ExecutionId id, ResourceAmount amount)
    {
        lock (gate)
        {
            if (!(used + amount).FitsIn(capacity))
            {
                return false;
            }

            Admit(id, amount);
            return true;
        }
    }

    /// <summary>Waits in line for room, in order of the keys.</summary>
    public async Task EnterAsync(ExecutionId id, long key, ResourceAmount amount, CancellationToken cancellation)
    {
        var waiter = new Waiter(id, amount);
        lock (gate)
        {
            waiting.Add(key, waiter);
        }

        Advance();
        try
        {
            await waiter.Entered.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            lock (gate)
            {
                waiting.Remove(key);
            }

            // It may have been let in while it gave up, or have kept the next one from it.
            Leave(id);
            throw;
        }
    }

    /// <summary>Gives room back; nothing happens if it has none.</summary>
    public void Leave(ExecutionId id)
    {
        lock (gate)
        {
            if (inside.Remove(id, out var amount))
            {
                used -= amount;
            }
        }

        Advance();
    }

    private void Admit(ExecutionId id, ResourceAmount amount)
    {
        if (inside.TryAdd(id, amount))
        {
            used += amount;
        }
    }

    private void Advance()
    {
        var entered = new List<Waiter>();
        lock (gate)
        {
            while (waiting.Count > 0)
            {
                var (key, head) = waiting.First();
                if (!(used + head.Amount).FitsIn(capacity))
                {
                    break;
                }

                waiting.Remove(key);
                Admit(head.Id, head.Amount);
                entered.Add(head);
            }
        }

        // Outside of the lock: what waits goes on right here.
        entered.ForEach(waiter => waiter.Entered.TrySetResult());
    }

    private sealed record Waiter(ExecutionId Id, ResourceAmount Amount)
    {
        public TaskCompletionSource Entered { get; } = new();
    }
}
