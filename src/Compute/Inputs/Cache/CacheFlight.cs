using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Cache;

/// <summary>One fetch, and the executions that wait for it. It is given up when the last of them has left.</summary>
internal sealed class CacheFlight(Func<long, Exception> tooLarge) : IProgress<ExecutionProgress>, IDisposable
{
    private readonly Lock gate = new();
    private readonly List<CacheSeat> seats = [];
    private readonly CancellationTokenSource givenUp = new();
    private readonly TaskCompletionSource ended = new();
    private bool isClosed;

    /// <summary>Nobody waits any more.</summary>
    public CancellationToken GivenUp => givenUp.Token;

    /// <summary>Completes when nothing of it goes on.</summary>
    public Task Ended => ended.Task;

    /// <summary>Takes a seat; false if it is too late.</summary>
    public bool TrySit(CacheSeat seat)
    {
        lock (gate)
        {
            if (isClosed)
            {
                return false;
            }

            seats.Add(seat);
            return true;
        }
    }

    /// <summary>An execution waits no longer.</summary>
    public void Leave(CacheSeat seat)
    {
        lock (gate)
        {
            if (!seats.Remove(seat) || isClosed || seats.Count > 0)
            {
                return;
            }

            isClosed = true;

            // What it ends goes on elsewhere, and not in here.
            _ = givenUp.CancelAsync();
        }
    }

    /// <summary>Those who wait are told how far it is; for whom it is too large, it is over.</summary>
    public void Report(ExecutionProgress value)
    {
        foreach (var seat in Snapshot())
        {
            if (Math.Max(value.Done, value.Total) > seat.MostBytes)
            {
                seat.Fail(tooLarge(seat.MostBytes));
                Leave(seat);
            }
            else
            {
                seat.Progress.Report(value);
            }
        }
    }

    /// <summary>From now on nobody takes a seat. Gives those who wait, without those for whom it is too large.</summary>
    public IReadOnlyList<CacheSeat> Close(long bytes)
    {
        lock (gate)
        {
            isClosed = true;
            seats.Where(seat => bytes > seat.MostBytes).ToList().ForEach(seat => seat.Fail(tooLarge(seat.MostBytes)));
            return [.. seats.Where(seat => bytes <= seat.MostBytes)];
        }
    }

    /// <summary>It could not be fetched.</summary>
    public void Fail(Exception exception)
    {
        foreach (var seat in Close(0))
        {
            seat.Fail(exception);
        }
    }

    /// <summary>Nothing of it goes on.</summary>
    public void End() => ended.TrySetResult();

    /// <inheritdoc/>
    public void Dispose() => givenUp.Dispose();

    private List<CacheSeat> Snapshot()
    {
        lock (gate)
        {
            return [.. seats];
        }
    }
}
