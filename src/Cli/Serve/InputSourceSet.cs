using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Inline;
using Bacalhau.Compute.Inputs.Local;
using Bacalhau.Compute.Inputs.S3;
using Bacalhau.Compute.Inputs.Url;

namespace Bacalhau.Cli.Serve;

/// <summary>The input sources that a node's configuration gives it.</summary>
internal static class InputSourceSet
{
    /// <summary>Makes them.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="folder">The compute node's folder.</param>
    /// <param name="access">How the node reaches what jobs name.</param>
    /// <param name="clock">Clock of the node.</param>
    /// <param name="own">Takes what is to be disposed with the node.</param>
    public static IReadOnlyList<IInputSource> Make(NodeConfig config, string folder, JobAccess access, TimeProvider clock, Action<IDisposable> own)
    {
        var cache = InputCache.Open(config.Compute.Cache.Path is { Length: > 0 } path ? path : Path.Combine(folder, "cache"), config.Compute.Cache.SizeBytes, clock);
        own(cache);
        var s3 = new S3InputSource(access.Http, cache, access.FindS3Keys, new S3InputOptions(access.S3), clock);
        own(s3);
        IInputSource[] all =
        [
            new LocalInputSource(AllowedPaths.Parse(config.Compute.Access.LocalPaths)),
            new InlineInputSource(),
            new UrlInputSource(access.Http, cache, new UrlInputOptions { ReadTimeout = config.InputSources.ReadTimeout, MaxRetryCount = config.InputSources.MaxRetryCount }, clock),
            s3,
        ];
        return [.. all.Where(source => !source.Names.Any(config.InputSources.Disabled.Contains))];
    }
}
