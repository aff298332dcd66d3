namespace Bacalhau.Protocol.Messages;

/// <summary>What every message between orchestrator and node carries, beside its own fields in the same JSON object.</summary>
public abstract record Envelope
{
    /// <summary>The protocol version this release speaks; it also understands the one before.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Protocol version of the sender.</summary>
    public int V { get; init; } = CurrentVersion;

    /// <summary>Random id of the cluster, made with the orchestrator's store; empty only in a node's first hello.</summary>
    public string Cluster { get => field ?? ""; init; }

    /// <summary>Counter of orchestrator starts; a node drops messages of a lower one.</summary>
    public long Term { get; init; }

    /// <summary>Session in which it is sent; empty in a hello and its answer.</summary>
    public string Session { get => field ?? ""; init; }
}
