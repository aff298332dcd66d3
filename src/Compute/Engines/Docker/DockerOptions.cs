using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>How this node runs containers.</summary>
public sealed record DockerOptions
{
    /// <summary>Address of the daemon (<c>DOCKER_HOST</c>).</summary>
    public Uri Endpoint { get; init; } = new("unix:///var/run/docker.sock");

    /// <summary>Random id made with the node's store: only containers that carry it are this node's.</summary>
    public required string StoreId { get; init; }

    /// <summary>Whether jobs may use the node's own network (<c>JobAdmissionControl.AllowHostNetwork</c>).</summary>
    public bool AllowsHostNetwork { get; init; }

    /// <summary>What <see cref="NetworkType.Default"/> means: bridge, or none where the node rejects networked jobs.</summary>
    public NetworkType DefaultNetwork { get; init; } = NetworkType.Bridge;

    /// <summary>Most processes and threads in a container.</summary>
    public long MostProcesses { get; init; } = 4096;

    /// <summary>Most bytes of output that the daemon keeps of a container until they are copied.</summary>
    public long LogBytes { get; init; } = 1L << 30;

    /// <summary>How long a daemon that does not answer is waited for while a container runs.</summary>
    public TimeSpan DaemonPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest silence of a pull before it fails as stalled.</summary>
    public TimeSpan PullPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Folder of the docker client's <c>config.json</c> with registry logins (<c>DOCKER_CONFIG</c>); empty for none.</summary>
    public string ClientConfigFolder { get; init; } = "";

    /// <summary>Login for Docker Hub (<c>DOCKER_USERNAME</c>); no other registry ever gets it.</summary>
    public string HubUsername { get; init; } = "";

    /// <summary>Password for Docker Hub (<c>DOCKER_PASSWORD</c>).</summary>
    public string HubPassword { get; init; } = "";

    /// <summary>The options that the docker client's own environment variables give.</summary>
    public static DockerOptions FromEnvironment(string storeId, Func<string, string?> variable)
    {
        var host = variable("DOCKER_HOST");
        return new DockerOptions
        {
            StoreId = storeId,
            Endpoint = string.IsNullOrWhiteSpace(host) ? new Uri("unix:///var/run/docker.sock") : new Uri(host),
            ClientConfigFolder = variable("DOCKER_CONFIG") ?? (variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".docker") : ""),
            HubUsername = variable("DOCKER_USERNAME") ?? "",
            HubPassword = variable("DOCKER_PASSWORD") ?? "",
        };
    }
}
