using System.Collections.Concurrent;

namespace Bacalhau.Compute.Store;

/// <summary>Writes what waits, all of it together, on a thread of its own.</summary>
internal sealed class NodeWriterThread : IDisposable
{
    private const int MostTogether = 256;
    private readonly BlockingCollection<PendingChange> waiting = [];
    private readonly Action<IReadOnlyList<PendingChange>> commit;
    private readonly Thread thread;

    /// <param name="commit">Writes a batch and completes its callers; never throws.</param>
    public NodeWriterThread(Action<IReadOnlyList<PendingChange>> commit)
    {
        this.commit = commit;
        thread = new Thread(Run) { Name = "node store", IsBackground = true };
        thread.Start();
    }

    /// <summary>Takes a change to be written soon.</summary>
    public void Take(PendingChange change) => waiting.Add(change);

    /// <summary>Writes what still waits, then ends.</summary>
    public void Dispose()
    {
        waiting.CompleteAdding();
        thread.Join();
        waiting.Dispose();
    }

    private void Run()
    {
        var batch = new List<PendingChange>();
        foreach (var first in waiting.GetConsumingEnumerable())
        {
            batch.Add(first);
            while (batch.Count < MostTogether && waiting.TryTake(out var next))
            {
                batch.Add(next);
            }

            commit(batch);
            batch.Clear();
        }
    }
}
