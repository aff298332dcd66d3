using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Bacalhau.Orchestrator.Nats;

/// <summary>The line with which a NATS server greets, by which one sees that it is ready and of which version.</summary>
internal static class NatsGreeting
{
    private const int MaxLength = 8192;

    /// <summary>Waits until the server of a name greets, and gives its version. Another server on that port is not taken for it.</summary>
    public static async Task<string> WaitAsync(string host, int port, string name, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return VersionIn(await ReadAsync(host, port, cancellation), name);
            }
            catch (Exception exception) when (exception is SocketException or IOException or JsonException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellation);
            }
        }
    }

    private static async Task<string> ReadAsync(string host, int port, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellation);
        var stream = client.GetStream();
        var line = new StringBuilder();
        var buffer = new byte[1024];
        while (line.Length < MaxLength)
        {
            var count = await stream.ReadAsync(buffer, cancellation);
            line.Append(Encoding.UTF8.GetString(buffer, 0, count));
            if (count == 0 || line.ToString().Contains('\n', StringComparison.Ordinal))
            {
                break;
            }
        }

        return line.ToString();
    }

    private static string VersionIn(string line, string name)
    {
        const string Start = "INFO ";
        if (!line.StartsWith(Start, StringComparison.Ordinal))
        {
            throw new IOException("This is no NATS server.");
        }

        using var greeting = JsonDocument.Parse(line[Start.Length..line.IndexOf('\n', StringComparison.Ordinal)]);
        return greeting.RootElement.TryGetProperty("server_name", out var given) && given.GetString() == name
            ? greeting.RootElement.GetProperty("version").GetString() ?? ""
            : throw new IOException("This is another NATS server.");
    }
}
