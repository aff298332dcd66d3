namespace Bacalhau.Cli.Tests.Golden;

/// <summary>Runs a recorded command in a folder of its own.</summary>
internal sealed class GoldenRun(int port = GoldenRun.RecordedPort) : IDisposable
{
    /// <summary>How the recordings call the folder.</summary>
    private const string RecordedRoot = "/dir/of";

    /// <summary>Port of the server that the recorded commands talked to.</summary>
    private const int RecordedPort = 22000;

    private readonly string root = Directory.CreateTempSubdirectory("bacalhau-golden").FullName;

    /// <summary>What came of it, with the folder called as in the recordings.</summary>
    public async Task<GoldenResult> RunAsync(GoldenCase recorded)
    {
        var workingFolder = GoldenFiles.Prepare(root, recorded, port != RecordedPort);
        var environment = recorded.Environment.Select(pair => KeyValuePair.Create(pair.Key, Here(pair.Value))).ToDictionary();
        environment.TryAdd("BACALHAU_DIR", Path.Combine(root, "client"));
        environment.TryAdd("HOME", Path.Combine(root, "the/home"));
        if (!GoldenFiles.IsConfiguration(recorded))
        {
            environment.TryAdd("BACALHAU_API_HOST", "127.0.0.1");
            environment.TryAdd("BACALHAU_API_PORT", port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var dotEnv = DotEnvFile.Read(Path.Combine(workingFolder, ".env"));
        var host = new CliHost
        {
            Output = output,
            Error = error,
            Input = new StringReader(recorded.Input),
            Variable = name => environment.GetValueOrDefault(name) ?? dotEnv.GetValueOrDefault(name),
            VariableNames = () => environment.Keys,
            WorkingFolder = workingFolder,
        };
        var code = await CommandLine.RunAsync([.. recorded.Arguments.Select(Here)], host, CancellationToken.None);
        return new(code, Recorded(output.ToString()), Recorded(error.ToString()));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private string Here(string text) => text.Replace(RecordedRoot, root, StringComparison.Ordinal);

    private string Recorded(string text) => text.Replace(root, RecordedRoot, StringComparison.Ordinal);
}

/// <summary>What came of a command.</summary>
internal sealed record GoldenResult(int ExitCode, string Output, string Error);
