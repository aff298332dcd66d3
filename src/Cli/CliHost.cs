namespace Bacalhau.Cli;

/// <summary>What a command uses of the process it runs in. Tests run commands in a host of their own.</summary>
internal sealed record CliHost
{
    /// <summary>Where results go.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Where errors, warnings and notices go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>What is typed or piped in.</summary>
    public required TextReader Input { get; init; }

    /// <summary>An environment variable by its name; null if it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Names of all environment variables.</summary>
    public required Func<IEnumerable<string>> VariableNames { get; init; }

    /// <summary>The folder that relative paths start from.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>Whether a person sees the output at a terminal.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Whether a person sees the errors at a terminal.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Whether a person types the input.</summary>
    public bool IsInputTerminal { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The user's home folder.</summary>
    public string HomeFolder => Variable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Whether colours may be written to the output.</summary>
    public bool UsesColour => IsOutputTerminal && AllowsColour;

    /// <summary>Whether colours may be written to the errors.</summary>
    public bool UsesErrorColour => IsErrorTerminal && AllowsColour;

    private bool AllowsColour => Variable("NO_COLOR") is null or "" && Variable("TERM") is not "dumb";

    /// <summary>A path as a person gave it, made absolute.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, WorkingFolder);

    /// <summary>The host of this process, with the working folder's <c>.env</c> filling in what the environment lacks.</summary>
    public static CliHost OfProcess()
    {
        var folder = Environment.CurrentDirectory;
        var file = DotEnvFile.Read(Path.Combine(folder, ".env"));
        return new()
        {
            Output = Console.Out,
            Error = Console.Error,
            Input = Console.In,
            Variable = name => Environment.GetEnvironmentVariable(name) ?? file.GetValueOrDefault(name),
            VariableNames = () => Environment.GetEnvironmentVariables().Keys.Cast<string>().Union(file.Keys).Order(StringComparer.Ordinal),
            WorkingFolder = folder,
            IsOutputTerminal = !Console.IsOutputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
            IsInputTerminal = !Console.IsInputRedirected,
        };
    }
}
