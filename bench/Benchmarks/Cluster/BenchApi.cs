using System.Net;
using System.Text.Json;
using Bacalhau.Orchestrator.Http;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Benchmarks.Cluster;

/// <summary>The HTTP API of a measured orchestrator, on a free port of loopback.</summary>
internal sealed class BenchApi : IAsyncDisposable
{
    private readonly WebApplication app;

    private BenchApi(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    public static async Task<BenchApi> StartAsync(BenchOrchestrator orchestrator, TimeProvider clock, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        var options = new ApiOptions();
        ApiHost.Configure(builder, options);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        ApiHost.Use(app, options, ProductVersion.Current, clock);
        OrchestratorApi.Map(app, new OrchestratorServices
        {
            Agent = new AgentServices
            {
                NodeId = orchestrator.Id,
                Version = ProductVersion.Current,
                Node = () => throw new NotSupportedException("Not measured."),
                Config = () => JsonElement.Parse("{}"),
            },
            Jobs = orchestrator.Node.Jobs,
            Queries = orchestrator.Queries,
            State = orchestrator.Writer,
            Nodes = orchestrator.Node.Gateway,
            Progress = orchestrator.Node.Progress,
            Clock = clock,
            Loggers = loggers,
        });
        await app.StartAsync();
        return new BenchApi(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }
}
