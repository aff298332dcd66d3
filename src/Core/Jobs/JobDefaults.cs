namespace Bacalhau.Core.Jobs;

/// <summary>What the orchestrator fills in for each type of job (configuration <c>JobDefaults</c>).</summary>
public sealed record JobDefaults
{
    /// <summary>The built-in defaults.</summary>
    public static JobDefaults BuiltIn { get; } = new();

    /// <summary>For batch jobs.</summary>
    public JobTypeDefaults Batch { get; init; } = new();

    /// <summary>For ops jobs.</summary>
    public JobTypeDefaults Ops { get; init; } = new();

    /// <summary>For daemon jobs; publisher and timeouts are not used.</summary>
    public JobTypeDefaults Daemon { get; init; } = new();

    /// <summary>For service jobs; publisher and timeouts are not used.</summary>
    public JobTypeDefaults Service { get; init; } = new();

    /// <summary>The defaults of a type; those of batch for an unknown one.</summary>
    public JobTypeDefaults For(string type) => type switch
    {
        JobTypes.Ops => Ops,
        JobTypes.Daemon => Daemon,
        JobTypes.Service => Service,
        _ => Batch,
    };
}

/// <summary>Defaults of one type of job.</summary>
public sealed record JobTypeDefaults
{
    /// <summary>Priority of jobs that give none or 0.</summary>
    public int Priority { get; init; }

    /// <summary>Resources of tasks that leave a dimension open.</summary>
    public ResourcesConfig Resources { get; init; } = new() { CPU = "500m", Memory = "512mb" };

    /// <summary>Publisher of tasks that name none; null for none.</summary>
    public SpecConfig? Publisher { get; init; }

    /// <summary>Longest run of one execution, whole seconds; zero for none.</summary>
    public TimeSpan ExecutionTimeout { get; init; }

    /// <summary>Longest life of a job, whole seconds; zero for none.</summary>
    public TimeSpan TotalTimeout { get; init; }
}

/// <summary>Names of the types of jobs.</summary>
public static class JobTypes
{
    /// <summary>Runs <c>Count</c> partitions to their end.</summary>
    public const string Batch = "batch";

    /// <summary>Runs once on each matching node.</summary>
    public const string Ops = "ops";

    /// <summary>Keeps <c>Count</c> replicas running.</summary>
    public const string Service = "service";

    /// <summary>Keeps one replica running on each matching node.</summary>
    public const string Daemon = "daemon";
}
