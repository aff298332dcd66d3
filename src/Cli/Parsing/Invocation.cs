using Bacalhau.Cli.Configuration;

namespace Bacalhau.Cli.Parsing;

/// <summary>One run of a command: what it was given, and where it runs.</summary>
internal sealed class Invocation(CliHost host, ParsedArguments arguments)
{
    private ConfigSettings? settings;
    private NodeConfig? config;

    /// <summary>The process around the command.</summary>
    public CliHost Host { get; } = host;

    /// <summary>Its flags and words.</summary>
    public ParsedArguments Arguments { get; } = arguments;

    /// <summary>The configuration of all sources, read at the first use.</summary>
    public ConfigSettings Settings => settings ??= new ConfigLoader(Host).Load(GlobalFlags.RequestOf(Arguments));

    /// <summary>The words on the command line.</summary>
    public System.Collections.Immutable.ImmutableArray<string> Words => Arguments.Words;

    /// <summary>The value of a flag.</summary>
    public T Get<T>(Flag<T> flag) => Arguments.Get(flag);

    /// <summary>The typed configuration; warnings go to the errors.</summary>
    /// <exception cref="CliException">A value is bad.</exception>
    public NodeConfig RequireConfig() => config ??= NodeConfigReader.Required(Settings, warning => Host.Error.WriteLine("Warning: " + warning));
}
