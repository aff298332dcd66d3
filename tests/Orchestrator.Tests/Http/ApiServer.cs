using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Orchestrator.Http;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>The real API in this process, on a port of its own.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    public static readonly NodeId Node = new("n-00000000-0000-4000-8000-000000000001");

    public static readonly BuildVersionView Version =
        new("1", "9", "v1.9.3", "0123456789abcdef", new DateTimeOffset(2025, 5, 1, 10, 0, 0, TimeSpan.Zero), "linux", "amd64");

    private readonly WebApplication app;

    private ApiServer(WebApplication app, HttpClient client)
    {
        this.app = app;
        Client = client;
    }

    public HttpClient Client { get; }

    public IEnumerable<Endpoint> Endpoints => ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints);

    public static AgentServices Agent { get; } = new()
    {
        NodeId = Node,
        Version = Version,
        Config = () => JsonElement.Parse("""{"API":{"Host":"127.0.0.1"}}"""),
        Node = () => new NodeInfoView(
            Node.Value,
            "Compute",
            ImmutableSortedDictionary<string, string>.Empty.Add("name", Node.Value),
            ["ncl/v1"],
            new ComputeNodeInfoView(["docker"], ["local"], ["inline"], new(1.5, 2_000_000_000, 4_000_000_000), new(), new(1.5, 2_000_000_000, 4_000_000_000), new(1.5)),
            Version),
    };

    /// <summary>The agent of an orchestrator that is no compute node.</summary>
    public static AgentServices AgentOfOrchestrator { get; } = Agent with
    {
        Node = () => Agent.Node() with { NodeType = "Requester", ComputeNodeInfo = new ComputeNodeInfoView(null, null, null, new(), new(), new(), new()) },
        KnownNodes = () => [],
    };

    /// <summary>Starts a server.</summary>
    /// <param name="options">Limits and doors.</param>
    /// <param name="map">Adds the endpoints.</param>
    public static async Task<ApiServer> StartAsync(ApiOptions options, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        ApiHost.Configure(builder, options);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        ApiHost.Use(app, options, Version, TimeProvider.System);
        map(app);
        await app.StartAsync();
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = new Uri(app.Urls.Single()) };
        return new ApiServer(app, client);
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
