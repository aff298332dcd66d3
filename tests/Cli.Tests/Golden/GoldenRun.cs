using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>Runs a recorded command in a folder of its own.</summary>
/// <param name="server">The server it talks to; null for none.</param>
internal sealed class GoldenRun(GoldenServer? server = null) : IDisposable
{
    /// <summary>How the recordings call the folder.</summary>
    private const string RecordedRoot = "/dir/of";

    private readonly string root = Directory.CreateTempSubdirectory("bacalhau-golden").FullName;

    /// <summary>What came of it, with the folder called as in the recordings.</summary>
    public async Task<GoldenResult> RunAsync(GoldenCase recorded)
    {
        var command = server is null ? recorded : await server.PrepareAsync(recorded);
        var workingFolder = GoldenFiles.Prepare(root, recorded, server);
        var environment = EnvironmentOf(command);
        var arguments = command.Arguments.Select(Here).ToList();
        var result = command.Arguments is ["serve" or "devstack", ..] && server is not null
            ? await GoldenProcess.RunAsync(recorded, arguments, environment, workingFolder)
            : await RunHereAsync(command, arguments, environment, workingFolder);
        return result with { Output = Recorded(result.Output), Error = Recorded(result.Error) };
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static async Task<GoldenResult> RunHereAsync(GoldenCase command, List<string> arguments, Dictionary<string, string> environment, string workingFolder)
    {
        await using var output = new WatchedOutput(command.InterruptedAfter);
        await using var error = new StringWriter();
        var dotEnv = DotEnvFile.Read(Path.Combine(workingFolder, ".env"));
        var host = new CliHost
        {
            Output = output,
            Error = error,
            Input = new StringReader(command.Input),
            Variable = name => environment.GetValueOrDefault(name) ?? dotEnv.GetValueOrDefault(name),
            VariableNames = () => environment.Keys,
            WorkingFolder = workingFolder,
            IsOutputTerminal = command.IsTerminal,
            IsErrorTerminal = command.IsTerminal,
            IsInputTerminal = command.IsTyped,
        };
        var dataFolder = environment["BACALHAU_DIR"];
        var hadFolder = Directory.Exists(dataFolder);
        var exitCode = await CommandLine.RunAsync([.. arguments], host, output.Interrupted);
        if (command.Name.StartsWith("first-run/", StringComparison.Ordinal) || command.Name.StartsWith("config-precedence/used-", StringComparison.Ordinal))
            Assert.Equal(hadFolder, Directory.Exists(dataFolder));
        return new(exitCode, output.ToString(), error.ToString());
    }

    private Dictionary<string, string> EnvironmentOf(GoldenCase command)
    {
        var environment = command.Environment.Select(pair => KeyValuePair.Create(pair.Key, Here(pair.Value))).ToDictionary();
        environment.TryAdd("BACALHAU_DIR", Path.Combine(root, "client"));
        environment.TryAdd("HOME", Path.Combine(root, "the/home"));
        if (GoldenFiles.NamesServer(command))
        {
            environment.TryAdd("BACALHAU_API_HOST", "127.0.0.1");
            environment.TryAdd("BACALHAU_API_PORT", server?.Here("22000") ?? "22000");
        }
        return environment;
    }

    private string Here(string text) => text.Replace(RecordedRoot, root, StringComparison.Ordinal).Replace("/dir/working/dir", Path.Combine(root, "jobs"), StringComparison.Ordinal);

    private string Recorded(string text) => text.Replace(root, RecordedRoot, StringComparison.Ordinal);
}

/// <summary>What came of a command.</summary>
internal sealed record GoldenResult(int ExitCode, string Output, string Error);
