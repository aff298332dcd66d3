using System.Collections.Immutable;
using static Bacalhau.Cli.Configuration.ConfigKey;

namespace Bacalhau.Cli.Configuration;

/// <summary>Keys of the compute node.</summary>
internal static class ComputeKeys
{
    /// <summary>Whether the node runs jobs.</summary>
    public static readonly ConfigKey Enabled = Flag("Compute.Enabled", "Run a compute node");

    /// <summary>All keys of this part.</summary>
    public static readonly ImmutableArray<ConfigKey> All =
    [
        Enabled,
        List("Compute.Orchestrators", "Orchestrators to join", "nats://127.0.0.1:4222"),
        Text("Compute.Auth.Token", "Secret with which the node joins"),
        Text("Compute.TLS.CACert", "Certificate authority of the message server"),
        Flag("Compute.TLS.RequireTLS", "Begin with TLS, for a proxy that ends it"),
        Text("Compute.Network.AdvertisedAddress", "Address at which others reach this node; empty for the one the orchestrator sees"),
        Number("Compute.Network.PortRangeStart", "First port given to jobs", 20000),
        Number("Compute.Network.PortRangeEnd", "Last port given to jobs", 32000),
        Duration("Compute.Heartbeat.InfoUpdateInterval", "Time between two reports of what the node is", TimeSpan.FromMinutes(1)),
        Duration("Compute.Heartbeat.ResourceUpdateInterval", "Taken for compatibility; without effect"),
        Duration("Compute.Heartbeat.Interval", "Time between two signs of life", TimeSpan.FromSeconds(5)),
        Text("Compute.AllocatedCapacity.CPU", "CPUs given to jobs: a number, or a share of the machine", "80%"),
        Text("Compute.AllocatedCapacity.Memory", "Memory given to jobs: an amount, or a share of the machine", "80%"),
        Text("Compute.AllocatedCapacity.Disk", "Disk given to jobs: an amount, or a share of the machine", "80%"),
        Text("Compute.AllocatedCapacity.GPU", "GPUs given to jobs: a number, or a share of the machine", "100%"),
        List("Compute.AllowListedLocalPaths", "Local paths that jobs may use, each with :ro or :rw") with { IsAlwaysShown = true },
        List("Compute.Env.AllowList", "Environment variables of the node that jobs may ask for"),
        List("Compute.AllowedHosts", "Local addresses and hosts that downloads may reach although they are private"),
        List("Compute.S3.Buckets", "Buckets that jobs may use, with * and ?; none is all"),
        Flag("Compute.S3.AllowJobEndpoints", "The node's static S3 keys are used for an endpoint that a job names", value: true),
        Text("Compute.Cache.Size", "Disk for inputs kept for later executions", "20GB"),
        Text("Compute.Cache.Path", "Folder of kept inputs; empty for one in the data folder"),
        List("Compute.Near", "Endpoints, buckets and hosts whose data counts as being here"),
        Text("Compute.Logs.MaxSize", "Longest log of one execution", "64MB"),
        Duration("Compute.Logs.KeepFor", "How long the log of an ended execution stays on the node", TimeSpan.FromHours(24)),
        Text("Compute.Results.MaxSize", "Most results of one execution whose task asks for no disk", "10GB"),
        Text("Compute.OnStop", "What happens to running work when the node stops: keep or stop", "keep"),
    ];
}
