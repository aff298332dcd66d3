namespace Bacalhau.Core.Scheduling;

/// <summary>What the jobs of a namespace may take together; null where there is no limit.</summary>
public sealed record NamespaceQuota
{
    /// <summary>Most jobs that have begun and not ended.</summary>
    public int? Jobs { get; init; }

    /// <summary>Most executions at a time.</summary>
    public int? Executions { get; init; }

    /// <summary>Most thousandths of a CPU at a time.</summary>
    public long? CpuMillis { get; init; }

    /// <summary>Most bytes of memory at a time.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Most GPUs at a time.</summary>
    public long? Gpus { get; init; }

    /// <summary>Highest priority; higher ones are cut to it.</summary>
    public int? MaxPriority { get; init; }

    /// <summary>Weight of the namespace among those whose work waits; above zero.</summary>
    public double Share { get; init; } = 1;
}
