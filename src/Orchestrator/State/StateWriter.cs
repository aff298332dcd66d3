using System.Threading.Channels;
using Bacalhau.Core.Cluster;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.State;

/// <summary>
/// The one writer of the cluster's state. It takes the requests that wait, lets one after the other decide, writes what they changed in one transaction, publishes
/// the new snapshot and only then tells the callers.
/// </summary>
public sealed partial class StateWriter : IAsyncDisposable
{
    private readonly ILogger logger;
    private readonly StateWriterOptions options;
    private readonly Channel<PendingRequest> waiting;
    private readonly StateCommit commit;
    private readonly Task loop;
    private volatile ClusterSnapshot current;
    private readonly TaskCreationOptions continuations;
    private TaskCompletionSource changed;

    private StateWriter(StateStore store, StateWriterOptions options, ILogger logger, bool isInline)
    {
        this.options = options;
        this.logger = logger;
        continuations = isInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously;
        changed = NewSignal();
        Store = store;
        commit = new StateCommit(store, options);
        current = commit.Snapshot;
        waiting = Channel.CreateBounded<PendingRequest>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        loop = isInline ? RunInlineAsync() : WriterThread.Start(RunOnThread);
    }

    /// <summary>The state as of the last commit.</summary>
    public ClusterSnapshot Current => current;

    /// <summary>The store that is written to.</summary>
    public StateStore Store { get; }

    /// <summary>Rows written since the start, without index entries and labels.</summary>
    public long RowsWritten => commit.RowsWritten;

    /// <summary>Transactions committed since the start.</summary>
    public long Transactions => commit.Transactions;

    /// <summary>Loads the state and starts to write on a thread of its own.</summary>
    public static StateWriter Start(StateStore store, StateWriterOptions options, ILogger<StateWriter> logger) =>
        new(store, options, logger, isInline: false);

    /// <summary>Loads the state and starts to write as a loop of the caller's synchronization context, on its one thread.</summary>
    internal static StateWriter StartInline(StateStore store, StateWriterOptions options, ILogger<StateWriter> logger) =>
        new(store, options, logger, isInline: true);

    /// <summary>Lets a request change the state, and gives its result once that is on disk.</summary>
    /// <exception cref="StoreUnavailableException">It could not be stored.</exception>
    public Task<T> RunAsync<T>(StateRequest<T> request, CancellationToken cancellationToken)
    {
        var pending = new PendingRequest<T>(request, continuations, cancellationToken);
        if (!waiting.Writer.TryWrite(pending))
        {
            pending.Fail(new StoreUnavailableException(
                loop.IsCompleted ? "The orchestrator is stopping." : "Too many changes wait for the orchestrator's store. Try again in a moment."));
        }

        return pending.Task;
    }

    /// <summary>Ends when <see cref="Current"/> is newer than a version, at once if it is already.</summary>
    public async Task WaitForChangeAsync(long version, CancellationToken cancellationToken)
    {
        while (true)
        {
            var signal = Volatile.Read(ref changed);
            if (Current.Version > version)
            {
                return;
            }

            await signal.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Writes what still waits, then stops; later requests are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await loop;
        commit.Dispose();
    }

    private TaskCompletionSource NewSignal() => new(continuations);

    private async Task RunInlineAsync()
    {
        while (await waiting.Reader.WaitToReadAsync())
        {
            Step();
        }
    }

    private void RunOnThread()
    {
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Step();
        }
    }

    private void Step()
    {
        var decided = new List<PendingRequest>();
        try
        {
            commit.Begin();
            while (decided.Count < options.BatchSize && commit.Executions < options.BatchSize && waiting.Reader.TryRead(out var request))
            {
                Decide(request, decided);
            }

            commit.Commit();
            Publish(commit.Snapshot);
            decided.ForEach(request => request.Complete());
        }
        catch (Exception e) // The loop's edge: whatever the database throws, its callers are told, and the state is loaded again before the next step.
        {
            LogCommitFailed(e, decided.Count);
            commit.Abandon();
            if (decided.Count > 1 && commit.IsFaultOfRequest(e))
            {
                decided.ForEach(StepAlone);
            }
            else
            {
                Refuse(decided, new StoreUnavailableException(StoreProblem.WhileWriting(Store.Path, e), e));
            }
        }
    }

    /// <summary>Tries a request in a transaction of its own, after one of those it shared one with could not be written.</summary>
    private void StepAlone(PendingRequest request)
    {
        var decided = new List<PendingRequest>();
        try
        {
            commit.Begin();
            Decide(request, decided);
            commit.Commit();
            Publish(commit.Snapshot);
            decided.ForEach(request => request.Complete());
        }
        catch (Exception e) // As in Step.
        {
            LogCommitFailed(e, decided.Count);
            commit.Abandon();
            request.Fail(new StoreUnavailableException(StoreProblem.WhileWriting(Store.Path, e), e));
        }
    }

    private void Decide(PendingRequest request, List<PendingRequest> decided)
    {
        if (request.IsCancelled)
        {
            request.Cancel();
            return;
        }

        try
        {
            commit.Decide(request);
            decided.Add(request);
        }
        catch (Exception e) // The request's own error: its draft is dropped, and its caller is told.
        {
            request.Fail(e);
        }
    }

    private void Refuse(List<PendingRequest> decided, StoreUnavailableException error)
    {
        // A step that failed before it took anything would be tried again at once, without end.
        while (decided.Count == 0 && waiting.Reader.TryRead(out var request))
        {
            decided.Add(request);
        }

        decided.ForEach(request => request.Fail(error));
    }

    private void Publish(ClusterSnapshot snapshot)
    {
        if (snapshot != current)
        {
            current = snapshot;
            Interlocked.Exchange(ref changed, NewSignal()).TrySetResult();
        }
    }
}
