using Bacalhau.Core;

namespace Bacalhau.Compute.Executions;

/// <summary>
/// Logs of forgotten executions. What the orchestrator has of a log is its end only, so one that is longer stays for a while: readers that follow it are seldom
/// done when the program is.
/// </summary>
internal sealed class KeptLogs(IWorkspace workspace, OpenLogs logs, RunnerLimits limits, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly Queue<(ExecutionId Id, DateTimeOffset Until)> kept = [];

    /// <summary>Removes all that an execution has left, but for a long log.</summary>
    /// <exception cref="IOException">Something cannot be removed now.</exception>
    public void Forget(ExecutionId id)
    {
        if (logs.Find(id) is { } log && log.LengthBytes > limits.LogTailBytes)
        {
            lock (gate)
            {
                kept.Enqueue((id, clock.GetUtcNow() + limits.KeepLogsFor));
            }

            workspace.FolderOf(id).Clear();
            DropOld();
            return;
        }

        logs.Close(id);
        workspace.FolderOf(id).Delete();
    }

    /// <summary>Removes what was kept long enough, or is too much.</summary>
    public void DropOld()
    {
        var now = clock.GetUtcNow();
        while (NextOver(now) is { } id)
        {
            logs.Close(id);
            workspace.FolderOf(id).Delete();
        }
    }

    private ExecutionId? NextOver(DateTimeOffset now)
    {
        lock (gate)
        {
            return kept.TryPeek(out var first) && (first.Until <= now || kept.Count > limits.MostKeptLogs) ? kept.Dequeue().Id : null;
        }
    }
}
