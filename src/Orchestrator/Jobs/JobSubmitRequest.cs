using System.Text.Json;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>A job as a client sent it.</summary>
public sealed record JobSubmitRequest
{
    /// <summary>The job document; null when none was sent.</summary>
    public required JsonElement? Document { get; init; }

    /// <summary>Idempotency token: the same one gets the first answer again for 24 hours. Empty for none.</summary>
    public string Token { get; init; } = "";

    /// <summary>Whether a job that is the same as the stored one is an update too.</summary>
    public bool Force { get; init; }

    /// <summary>What the client says its own id is; kept in the job's Meta.</summary>
    public string ClientInstance { get; init; } = "";

    /// <summary>What the client says its installation is; kept in the job's Meta.</summary>
    public string ClientInstallation { get; init; } = "";
}
