using Bacalhau.Core;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>The lists of inputs in the store. The latest are kept in memory, too, as many nodes read them at once, piece by piece.</summary>
internal sealed class InputLists(StateWriter state)
{
    private const long MostKeptBytes = 64 * 1024 * 1024;
    private const int MostKept = 256;

    private readonly Lock gate = new();
    private readonly List<(InputListKey Key, InputList List)> kept = [];

    /// <summary>The list that counts; null while there is none.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be looked up.</exception>
    public async Task<InputList?> FindAsync(InputListKey key, CancellationToken cancellation)
    {
        if (Kept(key) is { } known)
        {
            return known;
        }

        var found = await state.DecideAsync(context => KeyOf(context, key.Job) is { } job ? context.Lookup.InputList(job, key) : null, cancellation);
        return found is null ? null : Keep(key, found);
    }

    /// <summary>Stores a list, unless there is one already, and gives the one that counts; null if the version has no room for it.</summary>
    /// <exception cref="StoreUnavailableException">It could not be stored.</exception>
    public async Task<InputList?> StoreAsync(InputListKey key, InputList list, CancellationToken cancellation)
    {
        var winner = await state.DecideAsync(context => Decide(context, key, list), cancellation);
        return winner is null ? null : Keep(key, winner);
    }

    private static InputList? Decide(StateContext context, InputListKey key, InputList list)
    {
        if (KeyOf(context, key.Job) is not { } job)
        {
            return null;
        }

        if (context.Lookup.InputList(job, key) is { } first)
        {
            return first;
        }

        if (context.Lookup.InputListRoom(job, key.Version) + list.Bytes.Length > InputListLimits.MostBytesOfVersion)
        {
            return null;
        }

        context.NewLists.Add(new StoredInputList(job, key, list));
        return list;
    }

    private static long? KeyOf(StateContext context, JobId job) => context.Draft.Job(job)?.Key ?? context.Lookup.Job(job)?.Key;

    private InputList? Kept(InputListKey key)
    {
        lock (gate)
        {
            return kept.Find(one => one.Key == key).List;
        }
    }

    private InputList Keep(InputListKey key, InputList list)
    {
        lock (gate)
        {
            kept.RemoveAll(one => one.Key == key);
            kept.Add((key, list));
            while (kept.Count > MostKept || kept.Sum(one => (long)one.List.Bytes.Length) > MostKeptBytes)
            {
                kept.RemoveAt(0);
            }

            return list;
        }
    }
}
