using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Cli.Configuration;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Serve;

/// <summary>The configured job defaults, as the orchestrator takes them.</summary>
internal static class JobDefaultsMapping
{
    /// <summary>All types.</summary>
    public static JobDefaults Of(JobDefaultsConfig config) => new()
    {
        Batch = Of(config.Batch),
        Ops = Of(config.Ops),
        Daemon = Of(config.Daemon),
        Service = Of(config.Service),
    };

    private static Core.Jobs.JobTypeDefaults Of(Configuration.JobTypeDefaults config) => new()
    {
        Priority = config.Priority,
        Resources = new ResourcesConfig
        {
            CPU = config.Resources.CPU,
            Memory = config.Resources.Memory,
            Disk = config.Resources.Disk,
            GPU = config.Resources.GPU,
        },
        Publisher = config.PublisherType.Length == 0 ? null : new SpecConfig
        {
            Type = config.PublisherType,
            Params = (config.PublisherParams ?? []).ToImmutableSortedDictionary(
                pair => pair.Key, pair => JsonElement.Parse(pair.Value?.ToJsonString() ?? "null"), StringComparer.Ordinal),
        },
        ExecutionTimeout = config.ExecutionTimeout,
        TotalTimeout = config.TotalTimeout,
    };
}
