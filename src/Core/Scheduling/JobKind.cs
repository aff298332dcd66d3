namespace Bacalhau.Core.Scheduling;

/// <summary>What kind of reconciliation a job asks for (spec: job-model.md §2).</summary>
public enum JobKind
{
    /// <summary>Each partition runs to its end once.</summary>
    Batch,

    /// <summary>Each partition runs for ever.</summary>
    Service,

    /// <summary>Each node that matches at submission runs it once.</summary>
    Ops,

    /// <summary>Each node that matches runs it for ever.</summary>
    Daemon,
}

/// <summary>Rules over <see cref="JobKind"/>.</summary>
public static class JobKinds
{
    /// <summary>Whether its executions are counted by node instead of by partition.</summary>
    public static bool IsByNode(this JobKind kind) => kind is JobKind.Ops or JobKind.Daemon;

    /// <summary>Whether its executions are to run for ever, so that any end of one is a failure.</summary>
    public static bool IsLongRunning(this JobKind kind) => kind is JobKind.Service or JobKind.Daemon;
}
