using Bacalhau.Core;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>One run of a program, as the machine saw it.</summary>
/// <param name="Execution">The execution it ran for.</param>
/// <param name="Job">Name of its job.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Node">Name of its node.</param>
/// <param name="Started">When it started, in seconds of the scenario.</param>
internal sealed record ProgramRun(ExecutionId Execution, string Job, int Partition, string Node, double Started)
{
    /// <summary>When it ended; none while it runs.</summary>
    public double? Ended { get; set; }

    /// <summary>Its exit code, 128 and the signal for one that was ended.</summary>
    public int ExitCode { get; set; }

    public bool IsRunning => Ended is null;

    /// <summary>Whether both ran at the same time.</summary>
    public bool Overlaps(ProgramRun other) => Started < (other.Ended ?? double.MaxValue) && other.Started < (Ended ?? double.MaxValue);
}
