using Bacalhau.Core;

namespace Bacalhau.Compute.Publishers;

/// <summary>A publisher that keeps results on this node, from where the orchestrator can relay them to clients that cannot reach the node.</summary>
public interface IKeptResults
{
    /// <summary>Opens the packed result of an execution, seekable; null if there is none.</summary>
    Stream? Open(ExecutionId execution);

    /// <summary>The executions whose results are kept.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    IReadOnlyList<ExecutionId> List();

    /// <summary>Deletes the result of an execution, if there is one.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    void Drop(ExecutionId execution);

    /// <summary>Deletes what was kept long enough.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    void DropOld();
}
