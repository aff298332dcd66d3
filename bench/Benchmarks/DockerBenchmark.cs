using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Bacalhau.Benchmarks.Cluster;
using Bacalhau.Compute.Engines.Docker;
using Bacalhau.Core.Resources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Benchmarks;

/// <summary>
/// A container that ends at once, network none: from HTTP submit to completed, and in turn with it create, start, wait and remove of the raw Engine API. A job is
/// completed before its container is removed, so it is also compared with what the raw API takes until the end of wait.
/// </summary>
internal static class DockerBenchmark
{
    private const int Pairs = 30;
    private const string Socket = "/var/run/docker.sock";
    private static readonly string _image = Environment.GetEnvironmentVariable("BACALHAU_TEST_DOCKER_IMAGE") ?? "busybox:1.35-local";
    private static readonly MediaTypeHeaderValue _json = new("application/json");

    public static async Task RunAsync(Report report)
    {
        using var api = Connect();
        if (await FindObstacleAsync(api) is { } obstacle)
        {
            Console.Error.WriteLine($"Skipped: {obstacle}");
            return;
        }

        await using var cluster = await BenchCluster.StartAsync(
            new ResourceAmount(8000, 8L << 30, 8L << 30, 0),
            _ => new DockerEngine(DockerOptions.FromEnvironment($"{Guid.NewGuid():N}", Environment.GetEnvironmentVariable), TimeProvider.System, NullLogger<DockerEngine>.Instance));
        await using var client = new BenchClient(cluster);
        var task = $$$"""{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"{{{_image}}}","Entrypoint":["true"]}},"Network":{"Type":"None"},"Resources":{"CPU":"0.1","Memory":"64MB"}}""";
        var (raw, untilEnd, product) = (new List<double>(), new List<double>(), new List<double>());
        for (var pair = 0; pair <= Pairs; pair++)
        {
            var container = "";
            untilEnd.Add(await TimeAsync(async () => container = await RunRawAsync(api)));
            raw.Add(untilEnd[^1] + await TimeAsync(() => SendAsync(api, HttpMethod.Delete, $"containers/{container}", "")));
            product.Add(await TimeAsync(async () => await client.WaitForEndAsync(await client.SubmitAsync(1, task))));
        }

        cluster.CheckCompleted(product.Count);

        // The first pair warms both up.
        report.Add("docker no-op, submit to completed, p50", Percentiles.Of(product.Skip(1), 0.5), "ms");
        report.Add("docker no-op, raw create + start + wait + remove, p50", Percentiles.Of(raw.Skip(1), 0.5), "ms");
        report.Add("docker no-op, added to that, p50 of the pairs", Percentiles.Of(raw.Zip(product, (alone, job) => job - alone).Skip(1), 0.5), "ms", "< 30 ms");
        report.Add("docker no-op, raw create + start + wait, p50", Percentiles.Of(untilEnd.Skip(1), 0.5), "ms");
        report.Add("docker no-op, added to that, p50 of the pairs", Percentiles.Of(untilEnd.Zip(product, (alone, job) => job - alone).Skip(1), 0.5), "ms", "< 30 ms");
    }

    private static HttpClient Connect() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new System.Net.Sockets.Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var path = Environment.GetEnvironmentVariable("DOCKER_HOST") is { } host && host.StartsWith("unix://", StringComparison.Ordinal) ? host[7..] : Socket;
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://docker/") };

    private static async Task<string?> FindObstacleAsync(HttpClient api)
    {
        try
        {
            using var found = await api.GetAsync(new Uri($"images/{_image}/json", UriKind.Relative));
            return found.IsSuccessStatusCode ? null : $"the Docker engine has no image {_image}; name one with BACALHAU_TEST_DOCKER_IMAGE.";
        }
        catch (HttpRequestException exception)
        {
            return $"no Docker engine answers ({exception.Message}); name its socket with DOCKER_HOST.";
        }
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var start = TimeProvider.System.GetTimestamp();
        await run().WaitAsync(TimeSpan.FromMinutes(1));
        return TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Runs a container to its end.</summary>
    /// <returns>Its id.</returns>
    private static async Task<string> RunRawAsync(HttpClient api)
    {
        var body = $$$"""{"Image":"{{{_image}}}","Entrypoint":["true"],"HostConfig":{"NetworkMode":"none"}}""";
        var created = await SendAsync(api, HttpMethod.Post, "containers/create", body);
        var id = created.GetProperty("Id").GetString()!;
        await SendAsync(api, HttpMethod.Post, $"containers/{id}/start", "");
        await SendAsync(api, HttpMethod.Post, $"containers/{id}/wait", "");
        return id;
    }

    private static async Task<JsonElement> SendAsync(HttpClient api, HttpMethod method, string path, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = _json;
        using var request = new HttpRequestMessage(method, path) { Content = body.Length > 0 ? content : null };
        using var answer = await api.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return !answer.IsSuccessStatusCode ? throw new InvalidOperationException($"{method} {path}: {text}")
            : text.Length > 0 ? JsonElement.Parse(text)
            : default;
    }
}
