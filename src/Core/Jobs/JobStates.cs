namespace Bacalhau.Core.Jobs;

/// <summary>State of a job, numbered as in the reference; on the wire it is the name.</summary>
public enum JobState
{
    /// <summary>Not set.</summary>
    Undefined,

    /// <summary>Accepted; nothing is placed yet.</summary>
    Pending,

    /// <summary>Waiting for room or for a node.</summary>
    Queued,

    /// <summary>Something of it is placed.</summary>
    Running,

    /// <summary>All partitions have a result.</summary>
    Completed,

    /// <summary>It cannot complete.</summary>
    Failed,

    /// <summary>A person stopped it.</summary>
    Stopped,
}

/// <summary>Rules over <see cref="JobState"/>.</summary>
public static class JobStates
{
    /// <summary>Whether nothing more happens to a job in this state.</summary>
    public static bool IsTerminal(this JobState state) => state is JobState.Completed or JobState.Failed or JobState.Stopped;
}
