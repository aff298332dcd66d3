using System.Globalization;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>
/// The lists of inputs that executions of a job's version read alike. Those on this node that need the same one share one question and one making; the latest lists are kept
/// in memory. They count in one term: the store of the next may be an older one.
/// </summary>
internal sealed class SharedLists(ListExchange exchange, Func<long> term)
{
    private const long MostKeptBytes = 64 * 1024 * 1024;
    private const int MostKept = 256;

    private readonly Lock gate = new();
    private readonly List<Flight> flights = [];

    /// <summary>The list of one input of an execution's task.</summary>
    public SharedList Of(ExecutionId execution, Assignment assignment, int input)
    {
        // The first number is the task's, of which a job has one.
        var name = string.Create(CultureInfo.InvariantCulture, $"0/{input}");
        return (make, progress, cancellation) => GetAsync(new Key(term(), assignment.JobId, assignment.JobVersion, name), execution, make, progress, cancellation);
    }

    private async Task<byte[]> GetAsync(
        Key key, ExecutionId execution, Func<IProgress<ExecutionProgress>, CancellationToken, Task<byte[]>> make, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        while (true)
        {
            var (flight, isNew) = Join(key, execution, progress);
            try
            {
                if (isNew)
                {
                    _ = FillAsync(flight, make);
                }

                return await flight.Found.Task.WaitAsync(cancellation);
            }
            catch (EngineException exception) when (flight.AskedFor != execution && exception.Problem.Code == ListExchange.Refused)
            {
                // It was refused to another execution, which may have ended meanwhile: ask again for this one.
            }
            finally
            {
                Leave(flight, progress);
            }
        }
    }

    private (Flight Flight, bool IsNew) Join(Key key, ExecutionId execution, IProgress<ExecutionProgress> progress)
    {
        lock (gate)
        {
            var flight = flights.Find(one => one.Key == key);
            var isNew = flight is null;
            flight ??= new Flight(key, execution);
            flight.Shown.Add(progress);
            flights.Remove(flight);
            flights.Add(flight);
            return (flight, isNew);
        }
    }

    private void Leave(Flight flight, IProgress<ExecutionProgress> progress)
    {
        lock (gate)
        {
            flight.Shown.Remove(progress);
            if (flight.Shown.Count > 0 || flight.Found.Task.IsCompleted)
            {
                return;
            }

            flights.Remove(flight);
        }

        flight.End.Cancel();
    }

    private async Task FillAsync(Flight flight, Func<IProgress<ExecutionProgress>, CancellationToken, Task<byte[]>> make)
    {
        try
        {
            var list = await exchange.FindAsync(flight.AskedFor, flight.Key.Name, make, new Shown(this, flight), flight.End.Token);
            Keep(flight, list.Length);
            flight.Found.TrySetResult(list);
        }
        catch (Exception exception) // It goes to the executions that wait for the list; who comes later tries anew.
        {
            lock (gate)
            {
                flights.Remove(flight);
            }

            flight.Found.TrySetException(exception);
            _ = flight.Found.Task.Exception;
        }
    }

    /// <summary>Of more than can be kept, the lists stay that were needed last.</summary>
    private void Keep(Flight flight, int bytes)
    {
        lock (gate)
        {
            flight.KeptBytes = bytes;
            while (flights.Sum(one => (long)one.KeptBytes) > MostKeptBytes || flights.Count(one => one.KeptBytes > 0) > MostKept)
            {
                flights.Remove(flights.First(one => one.KeptBytes > 0));
            }
        }
    }

    private sealed record Key(long Term, string JobId, int JobVersion, string Name);

    /// <summary>A list that is being got, or was.</summary>
    private sealed class Flight(Key key, ExecutionId askedFor)
    {
        public Key Key { get; } = key;

        public ExecutionId AskedFor { get; } = askedFor;

        public TaskCompletionSource<byte[]> Found { get; } = new();

        public CancellationTokenSource End { get; } = new();

        public int KeptBytes { get; set; }

        /// <summary>Where the executions that wait show their progress.</summary>
        public List<IProgress<ExecutionProgress>> Shown { get; } = [];
    }

    /// <summary>Shows progress for all that wait.</summary>
    private sealed class Shown(SharedLists lists, Flight flight) : IProgress<ExecutionProgress>
    {
        public void Report(ExecutionProgress value)
        {
            IProgress<ExecutionProgress>[] all;
            lock (lists.gate)
            {
                all = [.. flight.Shown];
            }

            foreach (var one in all)
            {
                one.Report(value);
            }
        }
    }
}
