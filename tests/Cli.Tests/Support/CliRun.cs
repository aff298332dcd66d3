namespace Bacalhau.Cli.Tests.Support;

/// <summary>Runs commands in this process, in a folder of their own.</summary>
internal sealed class CliRun : IDisposable
{
    private readonly Dictionary<string, string> environment = new() { ["NO_COLOR"] = "1" };

    public CliRun() => environment["HOME"] = Folder;

    /// <summary>The working folder, which is the home folder too.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("bacalhau-cli").FullName;

    public string Input { get; init; } = "";

    /// <summary>Whether a person sees the output and the errors, in colour.</summary>
    public bool IsTerminal
    {
        get;
        init
        {
            field = value;
            environment.Remove("NO_COLOR");
        }
    }

    /// <summary>Whether a person types the input.</summary>
    public bool IsInputTerminal { get; init; }

    /// <summary>What is printed right before the command is interrupted; null if it is not.</summary>
    public string? Until { get; init; }

    public CliRun With(string variable, string value)
    {
        environment[variable] = value;
        return this;
    }

    public CliRun With(FakeApi api) => With("BACALHAU_API_HOST", api.Address);

    public async Task<CliResult> RunAsync(params string[] arguments) => await RunAsync(arguments, CancellationToken.None);

    public async Task<CliResult> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        await using var output = new WatchedOutput(Until);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, output.Interrupted);
        await using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, Host(output, error), stop.Token);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>What a command sees of the world.</summary>
    public CliHost Host(TextWriter output, TextWriter error) => new()
    {
        Output = output,
        Error = error,
        Input = new StringReader(Input),
        Variable = environment.GetValueOrDefault,
        VariableNames = () => environment.Keys,
        WorkingFolder = Folder,
        IsOutputTerminal = IsTerminal,
        IsErrorTerminal = IsTerminal,
        IsInputTerminal = IsInputTerminal,
    };

    public string PathOf(string name) => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>What came of a command.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error);
