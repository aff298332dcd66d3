using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Bacalhau.Cli.Configuration;

/// <summary>Engines.</summary>
/// <param name="Disabled">Names that are not offered, lower case.</param>
internal sealed record EnginesConfig(ImmutableArray<string> Disabled);

/// <summary>Input sources.</summary>
/// <param name="Disabled">Names that are not offered, lower case.</param>
/// <param name="ReadTimeout">Longest wait for one source.</param>
/// <param name="MaxRetryCount">How often a failed download is tried again.</param>
/// <param name="IpfsEndpoint">Address of the IPFS node; null offers none.</param>
internal sealed record InputSourcesConfig(ImmutableArray<string> Disabled, TimeSpan ReadTimeout, int MaxRetryCount, Uri? IpfsEndpoint);

/// <summary>Publishers.</summary>
/// <param name="Disabled">Names that are not offered, lower case.</param>
/// <param name="IpfsEndpoint">Address of the IPFS node; null offers none.</param>
/// <param name="S3">S3 results.</param>
/// <param name="S3Managed">Results in the orchestrator's bucket.</param>
/// <param name="Local">Results served by the node.</param>
internal sealed record PublishersConfig(
    ImmutableArray<string> Disabled, Uri? IpfsEndpoint, S3PublisherConfig S3, S3ManagedConfig S3Managed, LocalPublisherConfig Local);

/// <summary>S3 results.</summary>
/// <param name="PreSignedUrlDisabled">Whether no pre-signed addresses are handed out.</param>
/// <param name="PreSignedUrlExpiration">How long such an address is good; zero for the default.</param>
internal sealed record S3PublisherConfig(bool PreSignedUrlDisabled, TimeSpan PreSignedUrlExpiration);

/// <summary>Results in the orchestrator's bucket; without a bucket there are none.</summary>
/// <param name="Bucket">Bucket.</param>
/// <param name="Key">Key prefix.</param>
/// <param name="Region">Region.</param>
/// <param name="Endpoint">Address of the service.</param>
/// <param name="PreSignedUrlExpiration">How long an address is good.</param>
internal sealed record S3ManagedConfig(string Bucket, string Key, string Region, string Endpoint, TimeSpan PreSignedUrlExpiration);

/// <summary>Results served by the node.</summary>
/// <param name="Address">Address; empty if none was given.</param>
/// <param name="Port">Port.</param>
/// <param name="KeepFor">How long they are kept.</param>
/// <param name="MaxBytes">Disk for them in all.</param>
internal sealed record LocalPublisherConfig(string Address, int Port, TimeSpan KeepFor, long MaxBytes);

/// <summary>Downloads by <c>job get</c>.</summary>
/// <param name="Disabled">Kinds that are not fetched, lower case.</param>
/// <param name="Timeout">Longest download; zero for the command's own limit.</param>
/// <param name="IpfsEndpoint">Address of the IPFS node; null fetches nothing from one.</param>
internal sealed record ResultDownloadersConfig(ImmutableArray<string> Disabled, TimeSpan Timeout, Uri? IpfsEndpoint);

/// <summary>Which jobs a compute node takes.</summary>
/// <param name="RejectStatelessJobs">Whether jobs without inputs are refused.</param>
/// <param name="RejectNetworkedJobs">Whether jobs with a network are refused.</param>
/// <param name="AllowHostNetwork">Whether jobs may use the node's own network.</param>
/// <param name="IsLocalOnly">Whether only jobs are taken whose inputs are here.</param>
/// <param name="ProbeHttp">Address that decides; empty for none.</param>
/// <param name="ProbeExec">Program that decides; empty for none.</param>
internal sealed record JobAdmissionConfig(
    bool RejectStatelessJobs, bool RejectNetworkedJobs, bool AllowHostNetwork, bool IsLocalOnly, string ProbeHttp, string ProbeExec);

/// <summary>What jobs get that do not say otherwise, by type.</summary>
/// <param name="Batch">Batch jobs.</param>
/// <param name="Ops">Ops jobs.</param>
/// <param name="Daemon">Daemon jobs.</param>
/// <param name="Service">Service jobs.</param>
internal sealed record JobDefaultsConfig(JobTypeDefaults Batch, JobTypeDefaults Ops, JobTypeDefaults Daemon, JobTypeDefaults Service);

/// <summary>What jobs of one type get.</summary>
/// <param name="Priority">Priority.</param>
/// <param name="Resources">Resources of a task.</param>
/// <param name="PublisherType">Publisher; empty for none.</param>
/// <param name="PublisherParams">Its parameters; null for none.</param>
/// <param name="TotalTimeout">Longest life of the job; zero for none.</param>
/// <param name="ExecutionTimeout">Longest run of an execution; zero for none.</param>
internal sealed record JobTypeDefaults(
    int Priority, CapacityConfig Resources, string PublisherType, JsonObject? PublisherParams, TimeSpan TotalTimeout, TimeSpan ExecutionTimeout);
