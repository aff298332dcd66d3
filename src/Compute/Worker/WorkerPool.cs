namespace Bacalhau.Compute.Worker;

/// <summary>
/// Workers that are ready: those that have run programs of a namespace serve that namespace again, and one that has run nothing waits for the
/// next that needs it. The first request begins it; all end when they have not been needed for a while.
/// </summary>
internal sealed class WorkerPool(string workerPath, TimeProvider clock) : IDisposable
{
    /// <summary>Programs after which a worker is replaced.</summary>
    public const int MaximumRuns = 1000;

    /// <summary>Workers that wait for work, at most.</summary>
    public const int MaximumIdle = 16;

    /// <summary>Time without work after which a worker ends.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();

    /// <summary>By the time they became idle, the latest last.</summary>
    private readonly List<(WorkerProcess Worker, long Since)> idle = [];
    private ITimer? sweep;
    private Task starting = Task.CompletedTask;
    private long lastRent;
    private bool isDisposed;

    /// <summary>Path of <c>bacalhau-worker</c>.</summary>
    public string WorkerPath { get; } = workerPath;

    /// <summary>Workers that wait for work.</summary>
    public int IdleCount
    {
        get { lock (gate) { return idle.Count; } }
    }

    /// <summary>Completes when the worker that waits for the next request, if one is needed, has been started.</summary>
    public Task Starting
    {
        get { lock (gate) { return starting; } }
    }

    /// <summary>A worker for a program of the namespace: one that has run only programs of it, or none at all. Give it back, or dispose it.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">No worker can be started.</exception>
    public WorkerProcess Rent(string jobNamespace)
    {
        var worker = Take(jobNamespace) ?? WorkerProcess.Start(WorkerPath);
        worker.Namespace = jobNamespace;
        return worker;
    }

    /// <summary>A worker that has run nothing. Dispose it after use.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">No worker can be started.</exception>
    public WorkerProcess RentFresh() => Take(null) ?? WorkerProcess.Start(WorkerPath);

    /// <summary>Takes back a worker whose last program ended by itself.</summary>
    public void Return(WorkerProcess worker)
    {
        lock (gate)
        {
            if (!isDisposed && worker.Runs < MaximumRuns)
            {
                if (idle.Count >= MaximumIdle)
                {
                    idle[0].Worker.Dispose();
                    idle.RemoveAt(0);
                }

                idle.Add((worker, clock.GetTimestamp()));
                return;
            }
        }

        worker.Dispose();
    }

    /// <summary>Ends those that wait; those at work end when they are given back.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            idle.ForEach(entry => entry.Worker.Dispose());
            idle.Clear();
            sweep?.Dispose();
        }
    }

    private WorkerProcess? Take(string? jobNamespace)
    {
        lock (gate)
        {
            lastRent = clock.GetTimestamp();
            sweep ??= clock.CreateTimer(_ => EndIdle(), null, IdleTime / 6, IdleTime / 6);
            var at = idle.FindLastIndex(entry => jobNamespace is not null && entry.Worker.Namespace == jobNamespace);
            at = at >= 0 ? at : idle.FindLastIndex(entry => entry.Worker.Namespace is null);
            var worker = at >= 0 ? idle[at].Worker : null;
            if (at >= 0)
            {
                idle.RemoveAt(at);
            }

            if (starting.IsCompleted && !idle.Exists(entry => entry.Worker.Namespace is null))
            {
                // Starting blocks for some milliseconds, which the caller need not wait for.
                starting = Task.Run(StartSpare);
            }

            return worker;
        }
    }

    private void StartSpare()
    {
        var worker = WorkerProcess.Start(WorkerPath);
        lock (gate)
        {
            if (!isDisposed)
            {
                idle.Insert(0, (worker, clock.GetTimestamp()));
                return;
            }
        }

        worker.Dispose();
    }

    private void EndIdle()
    {
        lock (gate)
        {
            // The one that has run nothing stays while there is work at all.
            var over = idle.FindAll(entry => clock.GetElapsedTime(entry.Worker.Namespace is null ? lastRent : entry.Since) >= IdleTime);
            over.ForEach(entry => entry.Worker.Dispose());
            idle.RemoveAll(over.Contains);
            if (idle.Count == 0)
            {
                sweep?.Dispose();
                sweep = null;
            }
        }
    }
}
