using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Inputs;

/// <summary>One input that an execution needs.</summary>
/// <param name="Input">The input, as in the job.</param>
/// <param name="Folder">Path of a folder of this input's own, empty, which is removed with the execution.</param>
public sealed record InputRequest(InputSource Input, string Folder)
{
    /// <summary>Most bytes that it may take on the node's disk: what other inputs have left of the disk that the task asks for.</summary>
    public long MostBytes { get; init; } = long.MaxValue;

    /// <summary>Partition of the execution, from 0.</summary>
    public int Partition { get; init; }

    /// <summary>Partitions of the job.</summary>
    public int PartitionCount { get; init; } = 1;

    /// <summary>Gives the list of what this input is made of; null where each execution looks by itself, as those of jobs that outlive their data do.</summary>
    public SharedList? List { get; init; }
}
