using System.Collections.Immutable;
using static Bacalhau.Cli.Configuration.ConfigKey;

namespace Bacalhau.Cli.Configuration;

/// <summary>Keys of inputs, publishers, downloads, engines and admission.</summary>
internal static class ExtensionKeys
{
    /// <summary>All keys of this part.</summary>
    public static readonly ImmutableArray<ConfigKey> All =
    [
        List("InputSources.Disabled", "Input sources that this node does not offer"),
        Duration("InputSources.ReadTimeout", "Longest wait for one input source", TimeSpan.FromMinutes(5)),
        Number("InputSources.MaxRetryCount", "How often a failed download is tried again", 3),
        Text("InputSources.Types.IPFS.Endpoint", "Multiaddr of the RPC of the IPFS node for inputs, such as /ip4/127.0.0.1/tcp/5001; empty offers none"),
        List("Publishers.Disabled", "Publishers that this node does not offer"),
        Text("Publishers.Types.IPFS.Endpoint", "Multiaddr of the RPC of the IPFS node for results; empty offers none"),
        Flag("Publishers.Types.S3.PreSignedURLDisabled", "Do not hand out pre-signed addresses of S3 results"),
        Duration("Publishers.Types.S3.PreSignedURLExpiration", "How long a pre-signed address of an S3 result is good"),
        Text("Publishers.Types.S3Managed.Bucket", "Bucket of managed results"),
        Text("Publishers.Types.S3Managed.Key", "Key prefix of managed results"),
        Text("Publishers.Types.S3Managed.Region", "Region of the bucket of managed results"),
        Text("Publishers.Types.S3Managed.Endpoint", "Address of the S3 service of managed results"),
        Duration("Publishers.Types.S3Managed.PreSignedURLExpiration", "How long an address of a managed result is good", TimeSpan.FromHours(1)),
        Text("Publishers.Types.Local.Address", "Address at which the node serves local results", "127.0.0.1"),
        Number("Publishers.Types.Local.Port", "Port at which the node serves local results", 6001),
        Duration("Publishers.Types.Local.KeepFor", "How long local results are kept, at most", TimeSpan.FromDays(30)),
        Text("Publishers.Types.Local.MaxSize", "Disk for local results in all; beyond it none are published", "20GB"),
        List("Engines.Disabled", "Engines that this node does not offer"),
        Number("Engines.Types.Docker.ManifestCache.Size", "How many image descriptions are remembered", 1000),
        Duration("Engines.Types.Docker.ManifestCache.TTL", "How long an image description is remembered", TimeSpan.FromHours(1)),
        Duration("Engines.Types.Docker.ManifestCache.Refresh", "Time between two cleanings of remembered image descriptions", TimeSpan.FromHours(1)),
        List("ResultDownloaders.Disabled", "Kinds of result that job get does not fetch"),
        Duration("ResultDownloaders.Timeout", "Longest download of one result; 0 for the command's own limit"),
        Text("ResultDownloaders.Types.IPFS.Endpoint", "Multiaddr of the RPC of the IPFS node for job get"),
    ];

    /// <summary>Which jobs a compute node takes.</summary>
    public static readonly ImmutableArray<ConfigKey> Admission =
    [
        Flag("JobAdmissionControl.RejectStatelessJobs", "Refuse jobs without inputs"),
        Flag("JobAdmissionControl.RejectNetworkedJobs", "Refuse jobs that use the network"),
        Flag("JobAdmissionControl.AllowHostNetwork", "Let jobs use the node's own network"),
        Text("JobAdmissionControl.Locality", "Take only jobs whose inputs are here: local or anywhere", "anywhere"),
        Text("JobAdmissionControl.ProbeHTTP", "Address that is asked whether a job is taken"),
        Text("JobAdmissionControl.ProbeExec", "Program that is asked whether a job is taken"),
    ];
}
