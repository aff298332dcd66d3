namespace Bacalhau.Chaos;

/// <summary>What becomes of a job if all goes right.</summary>
internal enum Outcome
{
    /// <summary>Every partition ends well, once.</summary>
    Completes,

    /// <summary>Its program fails each time.</summary>
    Fails,

    /// <summary>It runs on until it is stopped.</summary>
    Runs,

    /// <summary>It was stopped, or had ended just before.</summary>
    Stopped,
}

/// <summary>A job as its owner knows it.</summary>
internal sealed record ChaosJob
{
    /// <summary>Name, also of the folder of its traces.</summary>
    public required string Name { get; init; }

    /// <summary>Type, or <c>scheduled</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Id that the orchestrator gave.</summary>
    public string Id { get; set; } = "";

    /// <summary>Number of partitions or replicas.</summary>
    public int Count { get; set; } = 1;

    /// <summary>Fifths of a second; null for ever.</summary>
    public int? Ticks { get; init; }

    /// <summary>Priority.</summary>
    public int Priority { get; init; }

    /// <summary>Of 256 runs, how many fail.</summary>
    public int FailuresIn256 { get; init; }

    /// <summary>Times the owner submitted it, which its program writes down.</summary>
    public int Version { get; set; }

    /// <summary>What is to become of it.</summary>
    public Outcome Expected { get; set; }

    /// <summary>Whether a node of it may have been deleted, with which an ops job fails.</summary>
    public bool HasLostNode { get; set; }

    /// <summary>Whether it was found in order after its end, so that it is looked at again only once all is over.</summary>
    public bool IsSettled { get; set; }

    public override string ToString() => $"{Type} {Name} ({Id})";
}
