namespace Bacalhau.Core.Executions;

/// <summary>What was last observed of an execution, numbered as in the reference; on the wire it is the number.</summary>
public enum ExecutionState
{
    /// <summary>Not set.</summary>
    Undefined = 0,

    /// <summary>Created, not yet known to a node. Ours never shows it.</summary>
    New = 1,

    /// <summary>Of the reference's bidding; unused.</summary>
    AskForBid = 2,

    /// <summary>Of the reference's bidding; unused.</summary>
    AskForBidAccepted = 3,

    /// <summary>Of the reference's bidding; unused.</summary>
    AskForBidRejected = 4,

    /// <summary>Assigned to a node.</summary>
    BidAccepted = 5,

    /// <summary>Preparing or running; the phase tells which.</summary>
    Running = 6,

    /// <summary>A grant to publish was given.</summary>
    Publishing = 7,

    /// <summary>The node refused it before the start.</summary>
    BidRejected = 8,

    /// <summary>Ended with a result.</summary>
    Completed = 9,

    /// <summary>Ended without a result.</summary>
    Failed = 10,

    /// <summary>Ended because it was no longer wanted.</summary>
    Cancelled = 11,
}

/// <summary>What the orchestrator wants of an execution; on the wire it is the number.</summary>
public enum DesiredState
{
    /// <summary>Not asked for yet. Ours never shows it.</summary>
    Pending = 0,

    /// <summary>It is to run.</summary>
    Running = 1,

    /// <summary>It is to end, or has ended.</summary>
    Stopped = 2,
}

/// <summary>Where in its life a live execution is; finer than <see cref="ExecutionState"/>.</summary>
public enum ExecutionPhase
{
    /// <summary>Unknown or over.</summary>
    None,

    /// <summary>In its node's line, waiting for room.</summary>
    Queued,

    /// <summary>Fetching inputs or the image.</summary>
    Preparing,

    /// <summary>The program runs.</summary>
    Running,

    /// <summary>Results are on their way.</summary>
    Publishing,

    /// <summary>Asked to stop, not ended yet.</summary>
    Stopping,

    /// <summary>Its node is silent.</summary>
    Unreachable,
}

/// <summary>Rules over the states of executions.</summary>
public static class ExecutionStates
{
    /// <summary>Whether nothing more happens to an execution observed in this state.</summary>
    public static bool IsTerminal(this ExecutionState state) => state is
        ExecutionState.AskForBidRejected or ExecutionState.BidRejected or ExecutionState.Completed or ExecutionState.Failed or ExecutionState.Cancelled;

    /// <summary>Whether an execution in this state gave its partition nothing.</summary>
    public static bool IsDiscarded(this ExecutionState state) => state.IsTerminal() && state != ExecutionState.Completed;

    /// <summary>The legal transitions of an observation: forward only, and any live state may end in any terminal one.</summary>
    public static bool CanBecome(this ExecutionState from, ExecutionState to) => !from.IsTerminal() && (to.IsTerminal() || to > from);
}
