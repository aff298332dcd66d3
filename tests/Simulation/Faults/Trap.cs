namespace Bacalhau.Simulation.Faults;

/// <summary>A fault that waits for a process to come by.</summary>
/// <param name="fault">What is to go wrong.</param>
/// <param name="from">Not before that time of the simulation.</param>
/// <param name="passes">How often the point is passed before.</param>
internal sealed class Trap(Fault fault, TimeSpan from, int passes)
{
    private int passes = passes;

    /// <summary>Whether it strikes now, which it does once.</summary>
    public Fault Spring(TimeSpan now) => now >= from && passes-- == 0 ? fault : Fault.None;
}
