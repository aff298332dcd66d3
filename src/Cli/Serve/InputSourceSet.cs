using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Inline;
using Bacalhau.Compute.Inputs.Local;
using Bacalhau.Compute.Inputs.S3;
using Bacalhau.Compute.Inputs.Url;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.S3;

namespace Bacalhau.Cli.Serve;

/// <summary>The input sources that a node's configuration gives it.</summary>
internal static class InputSourceSet
{
    /// <summary>Makes them.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="folder">The compute node's folder.</param>
    /// <param name="variable">The node's environment variables.</param>
    /// <param name="clock">Clock of the node.</param>
    /// <param name="own">Takes what is to be disposed with the node.</param>
    public static IReadOnlyList<IInputSource> Make(NodeConfig config, string folder, Func<string, string?> variable, TimeProvider clock, Action<IDisposable> own)
    {
        var http = GuardedHttp.Create(new AddressFilter(config.Compute.Access.Hosts));
        own(http);
        var cache = InputCache.Open(config.Compute.Cache.Path is { Length: > 0 } path ? path : Path.Combine(folder, "cache"), config.Compute.Cache.SizeBytes, clock);
        own(cache);
        var s3 = new S3InputSource(http, cache, new NodeS3Keys(variable, clock).FindAsync, S3OptionsOf(config, variable), clock);
        own(s3);
        IInputSource[] all =
        [
            new LocalInputSource(AllowedPaths.Parse(config.Compute.Access.LocalPaths)),
            new InlineInputSource(),
            new UrlInputSource(http, cache, new UrlInputOptions { ReadTimeout = config.InputSources.ReadTimeout, MaxRetryCount = config.InputSources.MaxRetryCount }, clock),
            s3,
        ];
        return [.. all.Where(source => !source.Names.Any(config.InputSources.Disabled.Contains))];
    }

    /// <summary>The node's own endpoint and region stand where all programs for AWS look for them.</summary>
    private static S3InputOptions S3OptionsOf(NodeConfig config, Func<string, string?> variable)
    {
        var region = First(variable, "AWS_REGION", "AWS_DEFAULT_REGION");
        var options = new S3InputOptions
        {
            ReadTimeout = config.InputSources.ReadTimeout,
            MaxRetryCount = config.InputSources.MaxRetryCount,
            Buckets = config.Compute.Access.Buckets,
            AllowJobEndpoints = config.Compute.Access.AllowJobEndpoints,
            Endpoint = Uri.TryCreate(First(variable, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"), UriKind.Absolute, out var endpoint) ? endpoint : null,
        };
        return region is null ? options : options with { Region = region };
    }

    private static string? First(Func<string, string?> variable, params string[] names) => names.Select(variable).FirstOrDefault(value => value is { Length: > 0 });
}
