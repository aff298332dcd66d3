using System.Collections.Immutable;
using Bacalhau.Cli.Configuration;

namespace Bacalhau.Cli.Parsing;

/// <summary>Flags of every command.</summary>
internal static class GlobalFlags
{
    /// <summary>Configuration files and keys.</summary>
    public static readonly Flag<ImmutableArray<string>> Config = new(
        "config", 'c', "string", "Configuration file, or a key as Key=value; may be repeated", [],
        (previous, isFirst, text) => isFirst ? [text] : previous.Add(text));

    /// <summary>Address of the API.</summary>
    public static readonly Flag<string> ApiHost = Flags.Text("api-host", "Address of the API", value: "0.0.0.0");

    /// <summary>Port of the API.</summary>
    public static readonly Flag<long> ApiPort = Flags.Number("api-port", "Port of the API", 1234);

    /// <summary>The data folder.</summary>
    public static readonly Flag<string> DataDir = new("data-dir", null, "string", "Folder of everything that is kept", "", (_, _, text) => text)
    {
        ShownDefault = "\"~/.bacalhau\"",
    };

    /// <summary>How much is logged; an old flag.</summary>
    public static readonly Flag<string> LogLevel = new("log-level", null, "string", "How much is logged", "info", (_, _, text) => text)
    {
        IsHidden = true,
        Deprecation = "Use --config Logging.Level=<value> to set this configuration",
    };

    /// <summary>Which saved connection to use.</summary>
    public static readonly Flag<string> Profile = Flags.Text("profile", "Name of the saved connection to use");

    /// <summary>Whether the command is to be explained instead; its own line of the help.</summary>
    public static readonly Flag<bool> Help = Flags.Bool("help", "", 'h');

    /// <summary>The flags that every command has.</summary>
    public static readonly ImmutableArray<Flag> All = [ApiHost, ApiPort, Config, DataDir, LogLevel];

    /// <summary>What the flags say about configuration.</summary>
    public static ConfigRequest RequestOf(ParsedArguments arguments)
    {
        var keys = ImmutableArray.CreateBuilder<(ConfigKey, string)>();
        if (arguments.Has(ApiHost))
            keys.Add((ApiKeys.Host, arguments.Get(ApiHost)));
        if (arguments.Has(ApiPort))
            keys.Add((ApiKeys.Port, arguments.Get(ApiPort).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (arguments.Has(LogLevel))
            keys.Add((GeneralKeys.LogLevel, arguments.Get(LogLevel)));
        foreach (var flag in arguments.Flags.OfType<Flag<bool>>())
        {
            if (Serve.ServeCommand.KeyOf(flag) is { } key)
                keys.Add((key, arguments.Get(flag) ? "true" : "false"));
        }
        return new(arguments.Get(Config), keys.ToImmutable(), arguments.Has(DataDir) ? arguments.Get(DataDir) : null);
    }
}
