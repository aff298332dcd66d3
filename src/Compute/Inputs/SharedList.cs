using Bacalhau.Compute.Engines;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs;

/// <summary>
/// Gives the list of what an input is made of: the same bytes to every execution of the job's version, on whichever node and whenever it runs. What they mean is the source's
/// own business; they may have been written by another node, so they are read with care.
/// </summary>
/// <param name="make">Makes the list, where there is none yet. Called once for all executions on this node that wait for it, it may outlive the one that gave it.</param>
/// <param name="progress">Where progress is shown.</param>
/// <param name="cancellation">Gives up.</param>
/// <exception cref="EngineException">It cannot be had.</exception>
public delegate Task<byte[]> SharedList(
    Func<IProgress<ExecutionProgress>, CancellationToken, Task<byte[]>> make, IProgress<ExecutionProgress> progress, CancellationToken cancellation);
