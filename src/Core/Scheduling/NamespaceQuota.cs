namespace Bacalhau.Core.Scheduling;

/// <summary>What a namespace may have of the cluster at once; null for no limit.</summary>
public sealed record NamespaceQuota
{
    /// <summary>Jobs with executions.</summary>
    public int? Jobs { get; init; }

    /// <summary>Executions.</summary>
    public int? Executions { get; init; }

    /// <summary>Thousandths of CPU cores.</summary>
    public long? CpuMillis { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Devices.</summary>
    public long? Gpus { get; init; }

    /// <summary>Highest priority of its jobs.</summary>
    public int? MaxPriority { get; init; }

    /// <summary>Its weight against other namespaces; 1 unless given.</summary>
    public double Share { get; init; } = 1;
}
