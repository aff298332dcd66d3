using System.Collections.Immutable;

namespace Bacalhau.Cli.Configuration;

/// <summary>The whole configuration of a node, typed and checked.</summary>
/// <param name="DataDir">Absolute folder of everything the node keeps.</param>
/// <param name="NameProvider">How a node without a name gets one: <c>hostname</c>, <c>aws</c>, <c>gcp</c>, <c>uuid</c> or <c>puuid</c>.</param>
/// <param name="Labels">Labels of the node, for constraints.</param>
/// <param name="PluginsDirectory">Folder of plugins; empty for none.</param>
/// <param name="Api">The HTTP API.</param>
/// <param name="WebUi">The web page.</param>
/// <param name="Orchestrator">The orchestrator.</param>
/// <param name="Compute">The compute node.</param>
/// <param name="Engines">Engines.</param>
/// <param name="InputSources">Input sources.</param>
/// <param name="Publishers">Publishers.</param>
/// <param name="ResultDownloaders">Downloads by <c>job get</c>.</param>
/// <param name="JobAdmission">Which jobs a compute node takes.</param>
/// <param name="JobDefaults">What jobs get that do not say otherwise.</param>
/// <param name="Logging">Logging.</param>
internal sealed record NodeConfig(
    string DataDir,
    string NameProvider,
    ImmutableSortedDictionary<string, string> Labels,
    string PluginsDirectory,
    ApiConfig Api,
    WebUiConfig WebUi,
    OrchestratorConfig Orchestrator,
    ComputeConfig Compute,
    EnginesConfig Engines,
    InputSourcesConfig InputSources,
    PublishersConfig Publishers,
    ResultDownloadersConfig ResultDownloaders,
    JobAdmissionConfig JobAdmission,
    JobDefaultsConfig JobDefaults,
    LoggingConfig Logging);

/// <summary>The web page.</summary>
/// <param name="Enabled">Whether it is served.</param>
/// <param name="Listen">Address and port.</param>
/// <param name="Backend">API it uses; empty for this node's own.</param>
internal sealed record WebUiConfig(bool Enabled, string Listen, string Backend);

/// <summary>Logging.</summary>
/// <param name="Level"><c>trace</c>, <c>debug</c>, <c>info</c>, <c>warn</c>, <c>error</c>, <c>fatal</c> or <c>panic</c>.</param>
/// <param name="Mode"><c>default</c> or <c>json</c>.</param>
/// <param name="LogDebugInfoInterval">Time between two summaries of a compute node; zero is never.</param>
internal sealed record LoggingConfig(string Level, string Mode, TimeSpan LogDebugInfoInterval);
