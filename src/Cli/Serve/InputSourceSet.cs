using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Inline;
using Bacalhau.Compute.Inputs.Local;
using Bacalhau.Compute.Inputs.Url;
using Bacalhau.Compute.Network;

namespace Bacalhau.Cli.Serve;

/// <summary>The input sources that a node's configuration gives it.</summary>
internal static class InputSourceSet
{
    /// <summary>Makes them.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="folder">The compute node's folder.</param>
    /// <param name="clock">Clock of the node.</param>
    /// <param name="own">Takes what is to be disposed with the node.</param>
    public static IReadOnlyList<IInputSource> Make(NodeConfig config, string folder, TimeProvider clock, Action<IDisposable> own)
    {
        var http = GuardedHttp.Create(new AddressFilter(config.Compute.Access.Hosts));
        own(http);
        var cache = InputCache.Open(config.Compute.Cache.Path is { Length: > 0 } path ? path : Path.Combine(folder, "cache"), config.Compute.Cache.SizeBytes, clock);
        own(cache);
        IInputSource[] all =
        [
            new LocalInputSource(AllowedPaths.Parse(config.Compute.Access.LocalPaths)),
            new InlineInputSource(),
            new UrlInputSource(http, cache, new UrlInputOptions { ReadTimeout = config.InputSources.ReadTimeout, MaxRetryCount = config.InputSources.MaxRetryCount }, clock),
        ];
        return [.. all.Where(source => !source.Names.Any(config.InputSources.Disabled.Contains))];
    }
}
