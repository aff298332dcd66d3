using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bacalhau.TestKit.Links;

/// <summary>A real nats-server on a free port, ended with this object. Can be killed and started again on the same port.</summary>
public sealed class NatsTestServer : IDisposable
{
    private static readonly string[] _places = ["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"];
    private readonly string configuration;
    private readonly string folder = Directory.CreateTempSubdirectory("nats-test-").FullName;
    private Process? process;

    private NatsTestServer(string configuration)
    {
        this.configuration = configuration;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Its address.</summary>
    public string Url => $"nats://127.0.0.1:{Port}";

    private static string? Program => _places.FirstOrDefault(File.Exists);

    /// <summary>Starts a server, or skips the test if the machine has none.</summary>
    /// <param name="configuration">Further lines of its configuration, as <c>authorization { … }</c>.</param>
    public static async Task<NatsTestServer> StartAsync(string configuration = "")
    {
        Xunit.Assert.SkipWhen(Program is null, "nats-server is not installed (apt-get install nats-server)");
        var server = new NatsTestServer(configuration);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it after <see cref="Kill"/>, on the same port.</summary>
    public async Task StartAgainAsync()
    {
        var file = Path.Combine(folder, "nats.conf");
        await File.WriteAllTextAsync(file, $"listen: 127.0.0.1:{Port}\n{configuration}\n");
        process = Process.Start(new ProcessStartInfo(Program!, ["-c", file, "-l", Path.Combine(folder, "nats.log")]))!;
        for (var attempt = 0; attempt < 200; attempt++)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System);
            }
        }

        throw new InvalidOperationException($"nats-server does not listen on port {Port}: {await File.ReadAllTextAsync(Path.Combine(folder, "nats.log"))}");
    }

    /// <summary>Ends it as a crash does.</summary>
    public void Kill()
    {
        process!.Kill();
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    public void Dispose()
    {
        if (process is not null)
        {
            Kill();
        }

        Directory.Delete(folder, recursive: true);
    }
}
