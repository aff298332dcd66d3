using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Processes;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Nats;

/// <summary>
/// The message server of a cluster: the distribution's <c>nats-server</c> as a child of this process, started again when it dies, and ended with this process
/// however that ends.
/// </summary>
public sealed partial class NatsServer : IAsyncDisposable
{
    private readonly NatsServerOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly OrchestratorKey key;
    private readonly string program;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly string serverName = $"bacalhau-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
    private ImmutableArray<NatsMember> members;
    private SupervisedProcess? process;
    private Task watch = Task.CompletedTask;
    private bool isDisposed;

    private NatsServer(NatsServerOptions options, ImmutableArray<NatsMember> members, TimeProvider clock, ILogger logger)
    {
        (this.options, this.members, this.clock, this.logger) = (options with { Folder = Path.GetFullPath(options.Folder) }, members, clock, logger);
        program = NatsServerProgram.Find(options.ServerPath);
        Directory.CreateDirectory(options.Folder);
        key = OrchestratorKey.Open(options.Folder);
        Port = options.Port > 0 ? options.Port : FreePort();
    }

    /// <summary>Port it listens on.</summary>
    public int Port { get; }

    /// <summary>Its address for this machine.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"nats://{LocalHost}:{Port}");

    /// <summary>Nodes that take part, as it was told last.</summary>
    public ImmutableArray<NatsMember> Members
    {
        get
        {
            lock (gate)
            {
                return members;
            }
        }
    }

    private string LocalHost => options.Host is "0.0.0.0" or "::" or "" ? "127.0.0.1" : options.Host;

    private string ConfigurationFile => Path.Combine(options.Folder, "nats-server.conf");

    /// <summary>Starts the server; when it returns, it listens.</summary>
    /// <param name="options">How to run it.</param>
    /// <param name="members">Nodes that take part now.</param>
    /// <param name="clock">Clock of the pauses between restarts.</param>
    /// <param name="logger">Where its doings are told.</param>
    /// <exception cref="NatsServerException">It cannot be started.</exception>
    public static async Task<NatsServer> StartAsync(
        NatsServerOptions options, IEnumerable<NatsMember> members, TimeProvider clock, ILogger<NatsServer> logger)
    {
        var server = new NatsServer(options, [.. members], clock, logger);
        try
        {
            var version = await server.LaunchAsync();
            server.LogListens(server.program, version, options.Host, server.Port);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        if (options.Token.Length == 0 && !IsLoopback(options.Host))
        {
            server.LogOpen(options.Host, server.Port);
        }

        server.watch = server.WatchAsync();
        return server;
    }

    /// <summary>How the orchestrator enters the server.</summary>
    /// <param name="name">Name of the connection in the server's lists.</param>
    public NatsLinkOptions LinkOptions(string name) =>
        new() { Urls = [Url], Name = name, Seed = key.Seed, InboxPrefix = NatsConfiguration.OrchestratorInbox };

    /// <summary>Sets who takes part; the server takes it in without dropping a connection.</summary>
    public void SetMembers(IEnumerable<NatsMember> taking)
    {
        lock (gate)
        {
            members = [.. taking];
            WriteConfiguration();
            process?.Reload();
        }
    }

    /// <summary>Stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        stop.Cancel();
        await watch;
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        stop.Dispose();
    }

    /// <summary>Starts the program and waits until it listens; gives its version.</summary>
    private async Task<string> LaunchAsync()
    {
        var trouble = new List<string>();
        SupervisedProcess started;
        lock (gate)
        {
            WriteConfiguration();
            process = started = SupervisedProcess.Start(options.WorkerPath, new SupervisedProgram
            {
                Path = program,
                Arguments = ["-c", ConfigurationFile],
                WorkingFolder = options.Folder,
                Line = line => Tell(line, trouble),
            });
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        limit.CancelAfter(options.StartTimeout);
        var greeting = NatsGreeting.WaitAsync(LocalHost, Port, serverName, limit.Token);
        if (await Task.WhenAny(greeting, started.Exited) == greeting && greeting.IsCompletedSuccessfully)
        {
            var version = await greeting;
            NatsServerProgram.Check(program, version);
            return version;
        }

        limit.Cancel();
        var said = trouble.Count > 0 ? string.Join(' ', trouble.TakeLast(3)) : "it said nothing";
        throw new NatsServerException(started.Exited.IsCompleted
            ? $"The message server {program} ended with {await started.Exited} instead of listening on {options.Host}:{Port}: {said}. See that the port is free, or set another one (Orchestrator.Port)."
            : $"The message server {program} did not listen on {options.Host}:{Port} within {options.StartTimeout.TotalSeconds:0} s: {said}.");
    }

    private async Task WatchAsync()
    {
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, clock, stop.Token);
        var pause = options.FirstRestartPause;
        while (true)
        {
            await Task.WhenAny(process!.Exited, stopped);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            LogDied(await process.Exited, pause);
            var begun = clock.GetUtcNow();
            while (!stop.IsCancellationRequested && !await TryRelaunchAsync(pause))
            {
                pause = pause * 2 < options.LongestRestartPause ? pause * 2 : options.LongestRestartPause;
            }

            pause = clock.GetUtcNow() - begun > options.LongestRestartPause ? options.FirstRestartPause : pause;
        }
    }

    private async Task<bool> TryRelaunchAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, clock, stop.Token);
            await process!.DisposeAsync();
            await LaunchAsync();
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception) // The loop's edge: whatever keeps the server from starting may be over at the next try.
        {
            LogNotStarted(pause, exception.Message);
            return false;
        }
    }

    private void WriteConfiguration() => PrivateFile.Write(
        ConfigurationFile,
        new NatsConfiguration
        {
            Host = options.Host,
            Port = Port,
            ServerName = serverName,
            PidFile = Path.Combine(options.Folder, "nats-server.pid"),
            Token = options.Token,
            OrchestratorKey = key.PublicKey,
            Members = members,
        }.ToString());

    private void Tell(string line, List<string> trouble)
    {
        var isTrouble = line.Contains("[ERR]", StringComparison.Ordinal) || line.Contains("[FTL]", StringComparison.Ordinal) || !line.StartsWith('[');
        if (!isTrouble || line.Contains("authentication error", StringComparison.Ordinal))
        {
            // A node that was just approved tries its key before the server has heard of it.
            LogLine(line);
            return;
        }

        LogTrouble(line);
        trouble.Add(line);
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
