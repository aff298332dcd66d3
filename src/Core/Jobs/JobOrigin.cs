namespace Bacalhau.Core.Jobs;

/// <summary>Who submitted a job and who took it; kept in the job's Meta (spec: job-model.md §1.3). Empty texts are left out.</summary>
public sealed record JobOrigin
{
    /// <summary>Node id of the orchestrator.</summary>
    public required NodeId Orchestrator { get; init; }

    /// <summary>Id of this orchestrator's store.</summary>
    public string ServerInstance { get; init; } = "";

    /// <summary>Id of the installation the orchestrator belongs to.</summary>
    public string ServerInstallation { get; init; } = "";

    /// <summary>What the client says its own id is.</summary>
    public string ClientInstance { get; init; } = "";

    /// <summary>What the client says its installation is.</summary>
    public string ClientInstallation { get; init; } = "";

    /// <summary>The checked spec as it is stored: with these in its Meta, and named after its id when it has no name.</summary>
    public JobSpec Stamp(JobSpec spec, JobId id)
    {
        var meta = TextMap.Of(spec.Meta).ToBuilder();
        Add("client.installation.id", ClientInstallation);
        Add("client.instance.id", ClientInstance);
        Add("orchestrator.id", Orchestrator.Value);
        Add("requester.id", Orchestrator.Value);
        Add("server.installation.id", ServerInstallation);
        Add("server.instance.id", ServerInstance);
        return spec with { Name = spec.Name.Length == 0 ? id.Value : spec.Name, Meta = meta.ToImmutable() };

        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                meta[JobSanitation.ReservedMetaPrefix + name] = value;
            }
        }
    }
}
