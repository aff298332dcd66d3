using System.Collections.Immutable;
using static Bacalhau.Cli.Configuration.ConfigKey;

namespace Bacalhau.Cli.Configuration;

/// <summary>Keys that belong to no role.</summary>
internal static class GeneralKeys
{
    /// <summary>Folder of everything that a node or a client keeps.</summary>
    public static readonly ConfigKey DataDir = Text("DataDir", "Folder in which nodes and clients keep their state");

    /// <summary>How much is logged.</summary>
    public static readonly ConfigKey LogLevel = Text("Logging.Level", "How much is logged: trace, debug, info, warn, error, fatal or panic", "info");

    /// <summary>All keys of this part.</summary>
    public static readonly ImmutableArray<ConfigKey> All =
    [
        Text("NameProvider", "How a node without a name gets one: hostname, aws, gcp, uuid or puuid", "puuid"),
        DataDir,
        Flag("StrictVersionMatch", "Taken for compatibility; without effect"),
        Map("Labels", "Labels of the node, for constraints"),
        Flag("DisableAnalytics", "Taken for compatibility; nothing is ever sent"),
        Text("Plugins.Directory", "Folder of engine, input and publisher plugins"),
    ];

    /// <summary>The keys that a file shows last.</summary>
    public static readonly ImmutableArray<ConfigKey> Last =
    [
        LogLevel,
        Text("Logging.Mode", "How log lines look: default or json", "default"),
        Duration("Logging.LogDebugInfoInterval", "Time between two logged summaries of a compute node; 0 is never", TimeSpan.FromSeconds(30)),
        Duration("UpdateConfig.Interval", "Taken for compatibility; no update check is made", TimeSpan.FromHours(24)),
    ];

    /// <summary>Keys of the web page.</summary>
    public static readonly ImmutableArray<ConfigKey> WebUi =
    [
        Flag("WebUI.Enabled", "Serve the web page"),
        Text("WebUI.Listen", "Address and port of the web page", "0.0.0.0:8438"),
        Text("WebUI.Backend", "API that the web page uses; empty for this node's own"),
    ];
}
