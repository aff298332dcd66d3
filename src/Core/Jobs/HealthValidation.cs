namespace Bacalhau.Core.Jobs;

/// <summary>Rules of a task's health check.</summary>
internal sealed class HealthValidation
{
    private readonly TaskSpec task;
    private readonly HealthCheckSpec check;
    private readonly string path;
    private readonly SpecProblems problems;

    private HealthValidation(TaskSpec task, HealthCheckSpec check, string path, SpecProblems problems)
    {
        this.task = task;
        this.check = check;
        this.path = path;
        this.problems = problems;
    }

    public static void Check(TaskSpec task, string jobType, string path, SpecProblems problems)
    {
        if (task.HealthCheck is { } check)
        {
            new HealthValidation(task, check, path, problems).Check(jobType);
        }
    }

    private void Check(string jobType)
    {
        if (jobType is JobTypes.Batch or JobTypes.Ops)
        {
            Add("", $"{jobType} jobs have no health check", "it is for service and daemon jobs: take it out");
        }

        switch (check.Type)
        {
            case "":
                Add(".Type", "the health check has no type", "http, tcp or exec", SpecProblemCode.Missing);
                break;
            case HealthCheckTypes.Http or HealthCheckTypes.Tcp:
                CheckPort();
                break;
            case HealthCheckTypes.Exec:
                CheckCommand();
                break;
            default:
                Add(".Type", $"the health check's type is '{check.Type}'", "it is http, tcp or exec, in lower case");
                break;
        }

        CheckRange("Interval", check.Interval, JobLimits.MaxHealthCheckSeconds);
        CheckRange("Timeout", check.Timeout, JobLimits.MaxHealthCheckSeconds);
        CheckRange("Retries", check.Retries, JobLimits.MaxAttempts);
    }

    private void CheckPort()
    {
        if (check.Port is < 1 or > 65535)
        {
            Add(".Port", $"the health check's port is {check.Port}", $"{check.Type} needs the program's port, from 1 to 65535");
        }

        if (check.Path.Length > 0 && check.Type == HealthCheckTypes.Tcp)
        {
            Add(".Path", "a tcp health check has no path", "take it out, or let the type be http");
        }
        else if (check.Path.Length > 0 && (check.Path[0] != '/' || check.Path.Any(char.IsControl)))
        {
            Add(".Path", $"the health check's path '{check.Path}' is none", "such as /health");
        }

        if (!check.Command.IsEmpty)
        {
            Add(".Command", $"a health check of type {check.Type} has no command", "take it out, or let the type be exec");
        }
    }

    private void CheckCommand()
    {
        if (check.Command.IsEmpty || check.Command[0].Length == 0)
        {
            Add(".Command", "the health check has no command", "exec needs a program and its arguments, such as [cat, /tmp/ready]", SpecProblemCode.Missing);
        }
        else if (check.Command.Any(part => part.Contains('\0', StringComparison.Ordinal)))
        {
            Add(".Command", "the health check's command holds a NUL character", "take it out");
        }

        if (check.Port != 0 || check.Path.Length > 0)
        {
            Add("", "a health check of type exec has no port and no path", "take them out, or let the type be http or tcp");
        }
    }

    private void CheckRange(string name, long value, long most)
    {
        if (value < 0 || value > most)
        {
            Add($".{name}", $"the health check's {name} is {value}", $"it must be from 0 (the default) to {most}");
        }
    }

    private void Add(string place, string message, string hint, SpecProblemCode code = SpecProblemCode.Invalid) =>
        problems.Add($"{path}.HealthCheck{place}", $"task '{task.Name}': {message}", hint, code);
}

/// <summary>Kinds of health check.</summary>
public static class HealthCheckTypes
{
    /// <summary>A GET of a path answers with 200 to 399.</summary>
    public const string Http = "http";

    /// <summary>A port can be connected to.</summary>
    public const string Tcp = "tcp";

    /// <summary>A command beside the program exits with 0.</summary>
    public const string Exec = "exec";
}
