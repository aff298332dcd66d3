namespace Bacalhau.Core.Jobs;

/// <summary>Fills in what a job leaves open (spec: job-model.md §1.7).</summary>
public static class JobDefaulting
{
    /// <summary>The normalised spec with the defaults of its type.</summary>
    public static JobSpec Apply(JobSpec spec, JobDefaults defaults)
    {
        var ofType = defaults.For(spec.Type);
        return spec with
        {
            Priority = spec.Priority == 0 ? ofType.Priority : spec.Priority,
            Tasks = [.. spec.Tasks.Select(task => Apply(task, ofType, ends: spec.Type is JobTypes.Batch or JobTypes.Ops))],
        };
    }

    private static TaskSpec Apply(TaskSpec task, JobTypeDefaults defaults, bool ends)
    {
        var filled = task with { Resources = Fill(task.Resources ?? new ResourcesConfig(), defaults.Resources) };
        if (!ends)
        {
            return filled;
        }

        var timeouts = task.Timeouts ?? new TimeoutConfig();
        return filled with
        {
            Publisher = IsEmpty(task.Publisher) ? defaults.Publisher ?? new SpecConfig() : task.Publisher,
            Timeouts = timeouts with
            {
                ExecutionTimeout = Fill(timeouts.ExecutionTimeout, defaults.ExecutionTimeout),
                TotalTimeout = Fill(timeouts.TotalTimeout, defaults.TotalTimeout),
            },
        };
    }

    private static bool IsEmpty(SpecConfig? config) => config is null || (config.Type.Length == 0 && config.Params.IsEmpty);

    /// <summary>Negative values are kept for validation to name; the reference loses them here.</summary>
    private static long Fill(long seconds, TimeSpan otherwise) => seconds == 0 ? (long)otherwise.TotalSeconds : seconds;

    private static ResourcesConfig Fill(ResourcesConfig resources, ResourcesConfig otherwise) => new()
    {
        CPU = Fill(resources.CPU, otherwise.CPU),
        Memory = Fill(resources.Memory, otherwise.Memory),
        Disk = Fill(resources.Disk, otherwise.Disk),
        GPU = Fill(resources.GPU, otherwise.GPU),
    };

    private static string Fill(string text, string otherwise) => text.Length == 0 ? Resources.ResourceText.Squeeze(otherwise) : text;
}
