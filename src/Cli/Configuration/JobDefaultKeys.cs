using System.Collections.Immutable;
using static Bacalhau.Cli.Configuration.ConfigKey;

namespace Bacalhau.Cli.Configuration;

/// <summary>Keys of what jobs get that do not say otherwise, by type of job.</summary>
internal static class JobDefaultKeys
{
    /// <summary>All keys of this part.</summary>
    public static readonly ImmutableArray<ConfigKey> All = [.. Of("Batch", ends: true), .. Of("Ops", ends: true), .. Of("Daemon", ends: false), .. Of("Service", ends: false)];

    private static IEnumerable<ConfigKey> Of(string type, bool ends)
    {
        var path = "JobDefaults." + type;
        yield return Number(path + ".Priority", $"Priority of {type.ToLowerInvariant()} jobs");
        yield return Text(path + ".Task.Resources.CPU", "CPU of a task that asks for none", "500m");
        yield return Text(path + ".Task.Resources.Memory", "Memory of a task that asks for none", "512Mb");
        yield return Text(path + ".Task.Resources.Disk", "Disk of a task that asks for none");
        yield return Text(path + ".Task.Resources.GPU", "GPUs of a task that asks for none");
        if (!ends)
            yield break;
        yield return Text(path + ".Task.Publisher.Type", "Publisher of a task that names none");
        yield return Structure(path + ".Task.Publisher.Params", "Parameters of that publisher", MapValue.Empty);
        yield return Duration(path + ".Task.Timeouts.TotalTimeout", "Longest life of a job that sets no limit");
        yield return Duration(path + ".Task.Timeouts.ExecutionTimeout", "Longest run of an execution that sets no limit");
    }
}
