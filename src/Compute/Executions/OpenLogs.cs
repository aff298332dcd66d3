using Bacalhau.Compute.Logs;
using Bacalhau.Core;

namespace Bacalhau.Compute.Executions;

/// <summary>The logs of executions that are held here: one object each while the execution lives, whoever writes or reads it.</summary>
internal sealed class OpenLogs(IWorkspace workspace)
{
    private readonly Lock gate = new();
    private readonly Dictionary<ExecutionId, ExecutionLog> open = [];

    /// <summary>The log of an execution that lives; made if it is not there.</summary>
    public ExecutionLog Open(ExecutionId id)
    {
        lock (gate)
        {
            return open.TryGetValue(id, out var log) ? log : open[id] = workspace.FolderOf(id).OpenLog();
        }
    }

    /// <summary>The log of an execution, to be read; null if it has none.</summary>
    public ExecutionLog? Find(ExecutionId id)
    {
        lock (gate)
        {
            if (open.TryGetValue(id, out var log))
            {
                return log;
            }

            if (!workspace.FolderOf(id).HasLog)
            {
                return null;
            }

            log = open[id] = workspace.FolderOf(id).OpenLog();
            log.End();
            return log;
        }
    }

    /// <summary>Closes the log of an execution that is forgotten, or whose node goes away.</summary>
    public void Close(ExecutionId id)
    {
        lock (gate)
        {
            if (open.Remove(id, out var log))
            {
                log.Dispose();
            }
        }
    }

    /// <summary>Closes all.</summary>
    public void CloseAll()
    {
        lock (gate)
        {
            foreach (var log in open.Values)
            {
                log.Dispose();
            }

            open.Clear();
        }
    }
}
