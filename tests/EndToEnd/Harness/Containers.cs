using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>Containers of the Docker engine that the tests use, asked for over its own socket.</summary>
internal static class Containers
{
    private static readonly string _socket = (Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? host : "unix:///var/run/docker.sock")["unix://".Length..];

    /// <summary>Id of the container that runs for an execution; null if none does.</summary>
    public static string? RunningFor(string execution) =>
        (string?)All().FirstOrDefault(container => (string?)container!["Labels"]!["bacalhau-executionID"] == execution && (string?)container["State"] == "running")?["Id"];

    /// <summary>Removes what tests left: containers that use a folder.</summary>
    public static void RemoveThoseBelow(string folder)
    {
        if (!File.Exists(_socket))
        {
            return;
        }

        foreach (var container in All().Where(container => container!["Mounts"]!.AsArray().Any(mount => ((string?)mount!["Source"])?.StartsWith(folder, StringComparison.Ordinal) == true)))
        {
            using var client = Connect();
            using var request = new HttpRequestMessage(HttpMethod.Delete, $"http://docker/containers/{(string)container!["Id"]!}?force=1");
            using var answer = client.Send(request);
        }
    }

    private static JsonArray All()
    {
        using var client = Connect();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://docker/containers/json?all=1");
        using var answer = client.Send(request);
        return JsonNode.Parse(answer.Content.ReadAsStream())!.AsArray();
    }

    private static HttpClient Connect() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
