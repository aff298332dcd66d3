using Bacalhau.Core;

namespace Bacalhau.Compute.Publishers;

/// <summary>A publisher that keeps results on this node, from where the orchestrator can relay them to clients that cannot reach the node.</summary>
public interface IKeptResults
{
    /// <summary>Opens the packed result of an execution, seekable; null if there is none.</summary>
    Stream? Open(ExecutionId execution);
}
