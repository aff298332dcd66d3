using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Jobs;

/// <summary>Brings a spec into the one form in which it is checked, stored and compared (spec: job-model.md §1.2).</summary>
public static class JobNormalisation
{
    /// <summary>Namespace of jobs that name none.</summary>
    public const string DefaultNamespace = "default";

    /// <summary>The spec in that form; a normalised spec comes back unchanged.</summary>
    public static JobSpec Normalise(JobSpec spec) => spec with
    {
        Namespace = spec.Namespace.Length == 0 ? DefaultNamespace : spec.Namespace,
        Count = CountOf(spec),
        Meta = TextMap.Of(spec.Meta),
        Labels = TextMap.Of(spec.Labels),
        Tasks = [.. spec.Tasks.Select(Normalise)],
    };

    /// <summary>A job on each matching node has no count; one above 1 is kept so that validation names it.</summary>
    private static int CountOf(JobSpec spec) => spec.Type switch
    {
        JobTypes.Ops or JobTypes.Daemon => spec.Count is null or 1 ? 0 : spec.Count.Value,
        _ => spec.Count ?? 1,
    };

    private static TaskSpec Normalise(TaskSpec written)
    {
        var task = LegacyWasm.Convert(written);
        return task with
        {
            Engine = task.Engine is { } engine ? Normalise(engine) : null,
            Publisher = Normalise(task.Publisher ?? new SpecConfig()),
            Env = TextMap.Of(task.Env),
            Meta = TextMap.Of(task.Meta),
            InputSources = [.. task.InputSources.Select(Normalise)],
            ResultPaths = [.. task.ResultPaths.Select(result => result with { Name = result.Name.Trim(), Path = result.Path.Trim() })],
            Resources = Normalise(task.Resources ?? new ResourcesConfig()),
            Network = Normalise(task.Network ?? new NetworkConfig()),
            Timeouts = task.Timeouts ?? new TimeoutConfig(),
        };
    }

    private static SpecConfig Normalise(SpecConfig config) => config with
    {
        Type = config.Type.Trim(),
        Params = ReferenceEquals(config.Params.KeyComparer, StringComparer.Ordinal) ? config.Params : config.Params.WithComparers(StringComparer.Ordinal),
    };

    private static InputSource Normalise(InputSource input) => input with
    {
        Source = input.Source is { } source ? Normalise(source) : null,
        Alias = input.Alias.Trim(),
        Target = input.Target.Trim(),
    };

    private static ResourcesConfig Normalise(ResourcesConfig resources) => new()
    {
        CPU = ResourceText.Squeeze(resources.CPU),
        Memory = ResourceText.Squeeze(resources.Memory),
        Disk = ResourceText.Squeeze(resources.Disk),
        GPU = ResourceText.Squeeze(resources.GPU),
    };

    private static NetworkConfig Normalise(NetworkConfig network) =>
        network with { Domains = [.. network.Domains.Select(domain => domain.Trim().ToLowerInvariant())] };
}
