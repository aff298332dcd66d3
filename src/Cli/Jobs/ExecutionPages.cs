using System.Text.Json;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary>Reads all executions of a job, of which a server gives so many at a time.</summary>
internal static class ExecutionPages
{
    /// <summary>The executions in order. No limit is asked for: servers without pages would give that many and no more.</summary>
    /// <exception cref="ApiFailureException">The server says no, or is not reached.</exception>
    public static IAsyncEnumerable<ExecutionView> ReadAsync(ApiClient client, string job, CancellationToken cancellation) =>
        client.GetPagesAsync(ApiClient.Job(job, "/executions"), new ApiQuery(), cancellation)
            .SelectMany(page => page.Deserialize(ApiJson.Wire.ExecutionListView)!.Items);
}
