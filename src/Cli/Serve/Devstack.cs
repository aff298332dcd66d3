using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Bacalhau.Cli.Configuration;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Serve;

/// <summary>What a devstack consists of.</summary>
/// <param name="Settings">Settings that all nodes start from.</param>
/// <param name="Folder">Folder in which each node has its own.</param>
/// <param name="Orchestrators">Nodes that only orchestrate.</param>
/// <param name="Hybrids">Nodes that do both.</param>
/// <param name="Computes">Nodes that only compute.</param>
/// <param name="RandomPorts">Whether free ports are taken instead of numbered ones.</param>
internal sealed record DevstackShape(ConfigSettings Settings, string Folder, long Orchestrators, long Hybrids, long Computes, bool RandomPorts)
{
    /// <summary>Nodes in all.</summary>
    public int Nodes => (int)(Orchestrators + Hybrids + Computes);
}

/// <summary>A cluster in one process.</summary>
internal sealed class Devstack(CliHost host, DevstackShape shape)
{
    /// <summary>How long "ready" waits for the compute nodes, so that the first job finds them.</summary>
    private static readonly TimeSpan NodePatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan NodePause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<int, Uri> addresses = new();
    private readonly TaskCompletionSource serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs all nodes until cancelled; the first that fails ends the others.</summary>
    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var messagePort = shape.RandomPorts ? FreePort() : NumberOf("Orchestrator.Port");
        var nodes = Enumerable.Range(0, shape.Nodes).Select(index => RunNodeAsync(index, messagePort, stop.Token)).ToList();
        var announcing = AnnounceAsync(stop.Token);
        var failed = 0;
        while (nodes.Count > 0)
        {
            var ended = await Task.WhenAny(nodes);
            nodes.Remove(ended);
            failed = Math.Max(failed, await ended);
            await stop.CancelAsync();
        }
        await announcing;
        host.Output.WriteLine("Shutting down devstack");
        return failed;
    }

    private async Task<int> RunNodeAsync(int index, int messagePort, CancellationToken cancellation)
    {
        var isOrchestrator = index < shape.Orchestrators + shape.Hybrids;
        var isCompute = index >= shape.Orchestrators;
        var name = string.Create(CultureInfo.InvariantCulture, $"node-{index}");
        var (config, problems) = NodeConfigReader.Read(shape.Settings);
        if (problems.FirstOrDefault(problem => !problem.IsWarning) is { } bad)
            throw new CliException("the configuration is invalid: " + bad);
        config = config with
        {
            DataDir = Path.Combine(shape.Folder, name),
            Labels = config.Labels.SetItem("id", name).SetItem("name", name).SetItem("env", "devstack"),
            Api = config.Api with { Port = ApiPort(config.Api.Port, index, messagePort) },
            Orchestrator = config.Orchestrator with { Enabled = isOrchestrator, Port = messagePort },
            Compute = config.Compute with
            {
                Enabled = isCompute,
                Orchestrators = [string.Create(CultureInfo.InvariantCulture, $"nats://127.0.0.1:{messagePort}")],
                Access = config.Compute.Access with { Variables = [.. config.Compute.Access.Variables, "TEST_*"], Hosts = [.. config.Compute.Access.Hosts, "localhost", "127.0.0.1"] },
            },
            Publishers = config.Publishers with { Local = config.Publishers.Local with { Port = FreePort() } },
        };
        var options = new ServeOptions(host, shape.Settings, name, Rejoin: false, StopsWork: true, IsQuiet: true, address => Tell(index, address));
        return await NodeHost.RunAsync(config, options, cancellation);
    }

    private void Tell(int index, Uri address)
    {
        addresses[index] = address;
        if (addresses.Count == shape.Nodes)
            serving.TrySetResult();
    }

    /// <summary>Says how to use the cluster, once its nodes take work.</summary>
    private async Task AnnounceAsync(CancellationToken cancellation)
    {
        try
        {
            await serving.Task.WaitAsync(cancellation);
            await WaitForNodesAsync(cancellation);
            Announce();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It ends before it was ready.
        }
    }

    private async Task WaitForNodesAsync(CancellationToken cancellation)
    {
        using var client = new ApiClient(new ApiConnection(addresses[0]));
        for (var start = host.Clock.GetTimestamp(); host.Clock.GetElapsedTime(start) < NodePatience; await Task.Delay(NodePause, host.Clock, cancellation))
        {
            try
            {
                var nodes = (await client.GetAsync("/orchestrator/nodes", null, cancellation)).Deserialize(ApiJson.Wire.NodeListView)!.Nodes;
                if (nodes.Count(node => node is { Connection: "CONNECTED", Info.NodeType: "Compute" }) >= shape.Computes + shape.Hybrids)
                    return;
            }
            catch (ApiFailureException)
            {
                // An API that asks for a login, or that nobody reaches from here, is no reason to keep silent.
                return;
            }
        }
    }

    private void Announce()
    {
        for (var node = 0; node < shape.Nodes; node++)
        {
            host.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"export BACALHAU_API_HOST_{node}={addresses[node].Host}"));
            host.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"export BACALHAU_API_PORT_{node}={addresses[node].Port}"));
        }
        host.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            Devstack is ready!
            No. of requester only nodes: {shape.Orchestrators}
            No. of compute only nodes: {shape.Computes}
            No. of hybrid nodes: {shape.Hybrids}
            To use it, run these lines in your shell:

            export BACALHAU_API_HOST={addresses[0].Host}
            export BACALHAU_API_PORT={addresses[0].Port}
            """));
        host.Output.Flush();
    }

    /// <summary>Numbered from the first one, leaving out the port of the messages.</summary>
    private int ApiPort(int first, int index, int messagePort)
    {
        if (shape.RandomPorts)
            return FreePort();
        if (first == 0)
            return 0;
        var port = first + index;
        return first <= messagePort && messagePort <= port ? port + 1 : port;
    }

    private int NumberOf(string key) =>
        int.TryParse(shape.Settings[ConfigCatalog.Find(key)!].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
