using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Jobs;

/// <summary>Rules of one task.</summary>
internal static class TaskValidation
{
    public static void Check(TaskSpec written, string jobType, string path, SpecProblems problems)
    {
        // Each message holds the name, and there may be many.
        var task = written with { Name = SpecProblems.Shorten(written.Name) };
        var name = $"task '{task.Name}'";
        if (string.IsNullOrWhiteSpace(task.Name))
        {
            problems.Add($"{path}.Name", $"{name}: the task name is missing", "write Name: main", SpecProblemCode.Missing);
        }
        else if (task.Name.Contains('\0', StringComparison.Ordinal))
        {
            problems.Add($"{path}.Name", $"{name}: the task name holds a NUL character");
        }

        EnvRules.Check(task, path, problems);
        EngineValidation.CheckEngine(task, path, problems);
        PublisherValidation.Check(task, path, problems);
        CheckTimeouts(task, path, problems);
        CheckResources(task, path, problems);
        InputValidation.Check(task, path, problems);
        ResultValidation.Check(task, path, problems);
        CheckNetwork(task, path, problems);
        CheckStopping(task, path, problems);
        HealthValidation.Check(task, jobType, path, problems);
    }

    private static void CheckTimeouts(TaskSpec task, string path, SpecProblems problems)
    {
        var timeouts = task.Timeouts ?? new TimeoutConfig();
        CheckRange("ExecutionTimeout", timeouts.ExecutionTimeout);
        CheckRange("QueueTimeout", timeouts.QueueTimeout);
        CheckRange("TotalTimeout", timeouts.TotalTimeout);
        CheckRange("PrepareTimeout", timeouts.PrepareTimeout);
        CheckRange("PublishTimeout", timeouts.PublishTimeout);
        if (timeouts is { ExecutionTimeout: >= 0, QueueTimeout: >= 0, TotalTimeout: > 0 }
            && timeouts.ExecutionTimeout + (Int128)timeouts.QueueTimeout > timeouts.TotalTimeout)
        {
            problems.AddWhenStored(
                $"{path}.Timeouts.TotalTimeout",
                $"task '{task.Name}': the execution timeout of {timeouts.ExecutionTimeout}s and the queue timeout of {timeouts.QueueTimeout}s"
                + $" are together longer than the total timeout of {timeouts.TotalTimeout}s",
                "raise TotalTimeout or lower the others");
        }

        void CheckRange(string name, long seconds)
        {
            if (seconds is < 0 or > JobLimits.MaxTimeoutSeconds)
            {
                problems.Add(
                    $"{path}.Timeouts.{name}", $"task '{task.Name}': {name} is {seconds}", $"it is in seconds, from 0 (none) to {JobLimits.MaxTimeoutSeconds}");
            }
        }
    }

    private static void CheckResources(TaskSpec task, string path, SpecProblems problems)
    {
        var resources = task.Resources ?? new ResourcesConfig();
        Report("CPU", resources.CPU, ResourceText.TryParseCpu(resources.CPU, out _), "such as 0.5 or 500m");
        Report("Memory", resources.Memory, ResourceText.TryParseBytes(resources.Memory, out _), "such as 512MB or 1.5GiB");
        Report("Disk", resources.Disk, ResourceText.TryParseBytes(resources.Disk, out _), "such as 512MB or 1.5GiB");
        Report("GPU", resources.GPU, ResourceText.TryParseGpus(resources.GPU, out _), "a whole number of devices");

        void Report(string name, string text, bool isRead, string hint)
        {
            if (!isRead)
            {
                problems.Add($"{path}.Resources.{name}", $"task '{task.Name}': '{text}' is no amount of {name}", hint);
            }
        }
    }

    private static void CheckNetwork(TaskSpec task, string path, SpecProblems problems)
    {
        var network = task.Network ?? new NetworkConfig();
        if (network.Type == NetworkType.HTTP)
        {
            problems.Add(
                $"{path}.Network.Type",
                $"task '{task.Name}': the network type HTTP cannot be used yet",
                "take None, Bridge or Host; HTTP comes later",
                SpecProblemCode.NotSupported);
        }
        else if (!network.Domains.IsEmpty)
        {
            problems.Add($"{path}.Network.Domains", $"task '{task.Name}': domains can only be set for the network type HTTP", "take the domains out");
        }

        if (!network.Ports.IsEmpty)
        {
            problems.Add(
                $"{path}.Network.Ports",
                $"task '{task.Name}': ports cannot be mapped yet",
                "take the ports out; they come later",
                SpecProblemCode.NotSupported);
        }
    }

    private static void CheckStopping(TaskSpec task, string path, SpecProblems problems)
    {
        if (task.StopGrace is < 0 or > JobLimits.MaxStopGraceSeconds)
        {
            problems.Add(
                $"{path}.StopGrace", $"task '{task.Name}': StopGrace is {task.StopGrace}", $"it is in seconds, from 0 to {JobLimits.MaxStopGraceSeconds}");
        }

        if (task.PublishOn is not (null or "" or "success" or "always"))
        {
            problems.Add($"{path}.PublishOn", $"task '{task.Name}': PublishOn is '{task.PublishOn}'", "it is success or always");
        }
    }
}
