namespace Bacalhau.Protocol.Processes;

/// <summary>Where <c>bacalhau-worker</c> lies: it supervises child processes and runs WebAssembly.</summary>
public static class WorkerProgram
{
    /// <summary>Beside the running program, as it is installed.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "bacalhau-worker");
}
