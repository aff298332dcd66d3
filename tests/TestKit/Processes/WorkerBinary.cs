namespace Bacalhau.TestKit.Processes;

/// <summary>Finds <c>bacalhau-worker</c> for tests.</summary>
public static class WorkerBinary
{
    /// <summary>Beside <c>BACALHAU_TEST_BINARY</c>, else in the build output beside the tests' own.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("BACALHAU_TEST_BINARY") is { Length: > 0 } binary)
        {
            return System.IO.Path.Combine(System.IO.Path.GetDirectoryName(binary)!, "bacalhau-worker");
        }

        // artifacts/build/bin/PROJECT/CONFIGURATION/
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return System.IO.Path.Combine(own.Parent!.Parent!.FullName, "Worker", own.Name, "bacalhau-worker");
    }
}
