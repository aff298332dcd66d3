namespace Bacalhau.Simulation.Faults;

/// <summary>What goes wrong at a fault point.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The process that waits there is killed.</summary>
    Kill,

    /// <summary>The message is lost.</summary>
    Lose,

    /// <summary>What is waited for takes seconds.</summary>
    Delay,

    /// <summary>The message arrives twice.</summary>
    Double,

    /// <summary>What is waited for fails.</summary>
    Fail,
}
