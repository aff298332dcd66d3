using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Node;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.S3;
using Bacalhau.Compute.Publishers.S3Managed;
using Bacalhau.Core;

namespace Bacalhau.Cli.Serve;

/// <summary>The publishers that a node's configuration gives it, but for <c>local</c>, which has a server.</summary>
internal static class PublisherSet
{
    /// <summary>Makes them.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="folder">The compute node's folder.</param>
    /// <param name="node">The node.</param>
    /// <param name="access">How the node reaches what jobs name.</param>
    /// <param name="addresses">The way to the orchestrator.</param>
    /// <param name="clock">Clock of the node.</param>
    /// <param name="own">Takes what is to be disposed with the node.</param>
    public static IReadOnlyList<IPublisher> Make(
        NodeConfig config, string folder, NodeId node, JobAccess access, ResultAddresses addresses, TimeProvider clock, Action<IDisposable> own)
    {
        var s3 = new S3Publisher(access.Http, access.FindS3Keys, new S3PublisherOptions(access.S3) { Node = node }, clock);
        own(s3);
        var managed = new S3ManagedPublisher(access.Http, addresses.AskAsync, new S3ManagedOptions { Folder = Path.Combine(folder, "uploads") }, clock);
        managed.Open();
        IPublisher[] all = [s3, managed];
        return [.. all.Where(publisher => !config.Publishers.Disabled.Contains(publisher.Name))];
    }
}
