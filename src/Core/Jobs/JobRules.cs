namespace Bacalhau.Core.Jobs;

/// <summary>What an orchestrator's configuration demands of jobs.</summary>
public sealed record JobRules
{
    /// <summary>Those of an orchestrator whose configuration says nothing.</summary>
    public static JobRules Default { get; } = new() { DisconnectTimeout = TimeSpan.FromSeconds(30) };

    /// <summary>Those that hold on every orchestrator, for whoever does not know which one will be asked.</summary>
    public static JobRules OfAny { get; } = new();

    /// <summary>Silence after which a node is lost (<c>NodeManager.DisconnectTimeout</c>): nothing is replaced earlier. Zero when not known.</summary>
    public TimeSpan DisconnectTimeout { get; init; }

    /// <summary>Whether there is no bucket for results of the publisher <c>s3managed</c> (<c>Publishers.Types.S3Managed</c>). False when not known.</summary>
    public bool LacksManagedResults { get; init; }
}
