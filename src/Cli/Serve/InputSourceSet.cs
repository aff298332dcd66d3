using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Inline;
using Bacalhau.Compute.Inputs.Ipfs;
using Bacalhau.Compute.Inputs.Local;
using Bacalhau.Compute.Inputs.S3;
using Bacalhau.Compute.Inputs.Url;
using Bacalhau.Compute.Ipfs;

namespace Bacalhau.Cli.Serve;

/// <summary>The input sources that a node's configuration gives it.</summary>
internal static class InputSourceSet
{
    /// <summary>Opens the cache that they share.</summary>
    /// <exception cref="IOException">Its folder cannot be used.</exception>
    public static InputCache OpenCache(NodeConfig config, string folder, TimeProvider clock) =>
        InputCache.Open(config.Compute.Cache.Path is { Length: > 0 } path ? path : Path.Combine(folder, "cache"), config.Compute.Cache.SizeBytes, clock);

    /// <summary>Makes them.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="cache">Where what was fetched is kept.</param>
    /// <param name="access">How the node reaches what jobs name.</param>
    /// <param name="clock">Clock of the node.</param>
    /// <param name="own">Takes what is to be disposed with the node.</param>
    public static IReadOnlyList<IInputSource> Make(NodeConfig config, InputCache cache, JobAccess access, TimeProvider clock, Action<IDisposable> own)
    {
        var s3 = new S3InputSource(access.Http, cache, access.FindS3Keys, new S3InputOptions(access.S3), clock);
        own(s3);
        IInputSource[] all =
        [
            new LocalInputSource(AllowedPaths.Parse(config.Compute.Access.LocalPaths)),
            new InlineInputSource(),
            new UrlInputSource(access.Http, cache, new UrlInputOptions { ReadTimeout = config.InputSources.ReadTimeout, MaxRetryCount = config.InputSources.MaxRetryCount }, clock),
            s3,
            .. config.InputSources.IpfsEndpoint is { } ipfs ? [IpfsOf(ipfs, config, cache, clock, own)] : Array.Empty<IInputSource>(),
        ];
        return [.. all.Where(source => !source.Names.Any(config.InputSources.Disabled.Contains))];
    }

    private static IpfsInputSource IpfsOf(Uri endpoint, NodeConfig config, InputCache cache, TimeProvider clock, Action<IDisposable> own)
    {
        var options = new IpfsOptions { ReadTimeout = config.InputSources.ReadTimeout, MaxRetryCount = config.InputSources.MaxRetryCount };
        var client = new IpfsClient(endpoint, options, clock);
        own(client);
        return new IpfsInputSource(client, cache, options, clock);
    }
}
