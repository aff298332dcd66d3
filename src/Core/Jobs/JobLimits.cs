namespace Bacalhau.Core.Jobs;

/// <summary>Sizes that whoever submits a job controls, each with its limit.</summary>
public static class JobLimits
{
    /// <summary>Partitions or replicas of a job.</summary>
    public const int MaxCount = 1_000_000;

    /// <summary>Longest time limit: about 31 years.</summary>
    public const long MaxTimeoutSeconds = 1_000_000_000;

    /// <summary>Entries of each map: Labels, Meta, Env.</summary>
    public const int MaxMapEntries = 1_000;

    /// <summary>Elements of each list: Constraints, their Values, InputSources, ResultPaths.</summary>
    public const int MaxListElements = 1_000;

    /// <summary>Characters of a name, key, path or type.</summary>
    public const int MaxNameLength = 4_096;

    /// <summary>Characters of a value of a map.</summary>
    public const int MaxValueLength = 131_072;

    /// <summary>Attempts per partition.</summary>
    public const int MaxAttempts = 1_000;

    /// <summary>Longest time from TERM to KILL, in seconds.</summary>
    public const long MaxStopGraceSeconds = 3_600;

    /// <summary>Seconds from TERM to KILL of a task that does not say.</summary>
    public const long DefaultStopGraceSeconds = 10;

    /// <summary>Longest interval and time limit of a health check, in seconds.</summary>
    public const long MaxHealthCheckSeconds = 86_400;
}
