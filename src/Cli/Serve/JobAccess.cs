using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.S3;

namespace Bacalhau.Cli.Serve;

/// <summary>How a node reaches what jobs name, inputs and targets of results alike.</summary>
/// <param name="Http">A client that follows no redirect by itself and reaches only what jobs may reach.</param>
/// <param name="FindS3Keys">Finds the node's credentials for S3.</param>
/// <param name="S3">The node's own S3 service, and what jobs may use of others.</param>
internal sealed record JobAccess(HttpClient Http, Func<Task<S3Keys>> FindS3Keys, S3Options S3) : IDisposable
{
    /// <summary>As the node is configured.</summary>
    public static JobAccess Of(NodeConfig config, Func<string, string?> variable, TimeProvider clock) => new(
        GuardedHttp.Create(new AddressFilter(config.Compute.Access.Hosts)), new NodeS3Keys(variable, clock).FindAsync, OptionsOf(config, variable));

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();

    /// <summary>The node's own endpoint and region stand where all programs for AWS look for them.</summary>
    private static S3Options OptionsOf(NodeConfig config, Func<string, string?> variable) => new()
    {
        ReadTimeout = config.InputSources.ReadTimeout,
        MaxRetryCount = config.InputSources.MaxRetryCount,
        Buckets = config.Compute.Access.Buckets,
        AllowJobEndpoints = config.Compute.Access.AllowJobEndpoints,
        Endpoint = Uri.TryCreate(First(variable, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"), UriKind.Absolute, out var endpoint) ? endpoint : null,
        Region = First(variable, "AWS_REGION", "AWS_DEFAULT_REGION") ?? "",
    };

    private static string? First(Func<string, string?> variable, params string[] names) => names.Select(variable).FirstOrDefault(value => value is { Length: > 0 });
}
