using Bacalhau.Core;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Orchestrator.State;

/// <summary>
/// One change of the cluster's state. <see cref="Decide"/> runs on the writer's thread, one request after the other, and changes nothing but the draft;
/// the caller gets the result once everything that was put there is on disk.
/// </summary>
/// <typeparam name="T">What the caller is told.</typeparam>
public abstract class StateRequest<T>
{
    /// <summary>
    /// Looks at the state and changes the draft. An exception undoes this request's changes and goes to its caller; other requests are not touched.
    /// It may run twice, when a transaction that it shared could not be written: what counts is in the draft and in the result.
    /// </summary>
    public abstract T Decide(StateContext context);
}

/// <summary>What a <see cref="StateRequest{T}"/> may use to decide.</summary>
public sealed class StateContext
{
    /// <summary>The state, to be read and changed.</summary>
    public required ClusterDraft Draft { get; init; }

    /// <summary>Time of this commit.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Where ids come from.</summary>
    public required IIdSource Ids { get; init; }

    /// <summary>Gives the key of a new job's row.</summary>
    public required Func<long> NextJobKey { get; init; }

    /// <summary>Gives the key of a new execution's row.</summary>
    public required Func<long> NextExecutionKey { get; init; }

    /// <summary>Gives the key of a new node's row.</summary>
    public required Func<long> NextNodeKey { get; init; }

    /// <summary>Keys of the last execution that the store had when its present term began, and that it has now.</summary>
    public required (long AtTerm, long Now) LastExecutionKey { get; init; }

    /// <summary>Finds what is not in the draft: finished jobs and executions, specs, idempotency tokens.</summary>
    public required StateLookup Lookup { get; init; }

    /// <summary>
    /// What the store keeps of jobs that this request accepts and the snapshot does not hold. Who puts a new job, or a new version of one, into the draft
    /// adds its submission here in the same request.
    /// </summary>
    public IList<JobSubmission> NewJobs { get; } = [];

    /// <summary>Lists of inputs to be stored, each of which the store has not had before.</summary>
    internal List<StoredInputList> NewLists { get; } = [];

    /// <summary>Keys of finished jobs of which a piece is to be deleted.</summary>
    internal List<long> ForgottenJobs { get; } = [];

    /// <summary>Keys of executions whose end of the log is to be deleted.</summary>
    internal List<long> ForgottenLogs { get; } = [];

    /// <summary>Keys of finished jobs of which the lists of inputs are to be deleted.</summary>
    internal List<long> ForgottenLists { get; } = [];

    /// <summary>Term to go up to, 0 for none.</summary>
    internal long RaisedTerm { get; private set; }

    /// <summary>Begins a term above one that a node has seen: this store is older than its nodes, as a restored backup is.</summary>
    public void RaiseTermAbove(long seen) => RaisedTerm = Math.Max(RaisedTerm, seen + 1);
}
