using System.Diagnostics;
using System.Globalization;
using Bacalhau.Core;
using Bacalhau.Orchestrator.Nats;
using Bacalhau.Protocol.Links;
using Bacalhau.TestKit.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using NATS.NKeys;

namespace Bacalhau.Orchestrator.Tests.Nats;

/// <summary>A real message server with the nodes a and b as members, and connections to it.</summary>
internal sealed class NatsWorld : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string folder = Directory.CreateTempSubdirectory("bacalhau-nats-").FullName;
    private readonly List<NatsMessageLink> links = [];
    private readonly Dictionary<NodeId, string> seeds = [];
    private NatsServer? server;

    public Dictionary<NodeId, string> PublicKeys { get; } = [];

    public NatsServer Server => server!;

    public string Folder => folder;

    public NatsServerOptions Options(string token) =>
        new() { Folder = folder, Host = "127.0.0.1", Port = 0, Token = token, WorkerPath = WorkerBinary.Path };

    public static async Task<NatsWorld> StartAsync(string token = "secret \"$\\ tökén")
    {
        Assert.SkipUnless(IsInstalled(), "nats-server is not installed (apt-get install nats-server)");
        var world = new NatsWorld();
        world.server = await NatsServer.StartAsync(
            world.Options(token), [world.Member("a"), world.Member("b")], TimeProvider.System, NullLogger<NatsServer>.Instance);
        return world;
    }

    /// <summary>A node with a key, which becomes a member when the server is told.</summary>
    public NatsMember Member(string name)
    {
        using var pair = KeyPair.CreatePair(PrefixByte.User);
        var id = new NodeId(name);
        seeds[id] = pair.GetSeed();
        PublicKeys[id] = pair.GetPublicKey();
        return new NatsMember(id, pair.GetPublicKey());
    }

    public Task<NatsMessageLink> OrchestratorAsync() => ConnectAsync(Server.LinkOptions("orchestrator"));

    public Task<NatsMessageLink> NodeAsync(string name)
    {
        var id = new NodeId(name);
        return ConnectAsync(new NatsLinkOptions { Urls = [Server.Url], Seed = seeds[id], InboxPrefix = NatsLinkOptions.InboxPrefixOf(id) });
    }

    public Task<NatsMessageLink> JoinerAsync(string? token) =>
        ConnectAsync(new NatsLinkOptions { Urls = [Server.Url], User = token is null ? null : "join", Password = token });

    public async Task<NatsMessageLink> ConnectAsync(NatsLinkOptions options, TimeSpan? patience = null)
    {
        var link = new NatsMessageLink(options, NullLogger<NatsMessageLink>.Instance);
        links.Add(link);
        using var limit = new CancellationTokenSource(patience ?? Patience);
        await link.ConnectAsync(limit.Token);
        return link;
    }

    /// <summary>kill -9 of the server itself.</summary>
    public void Kill()
    {
        var id = int.Parse(File.ReadAllText(Path.Combine(folder, "nats-server.pid")), CultureInfo.InvariantCulture);
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var link in links)
        {
            await link.DisposeAsync();
        }

        if (server is not null)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static bool IsInstalled()
    {
        try
        {
            return NatsServerProgram.Find("").Length > 0;
        }
        catch (NatsServerException)
        {
            return false;
        }
    }
}
