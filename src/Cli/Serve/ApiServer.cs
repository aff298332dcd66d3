using Bacalhau.Cli.Configuration;
using Bacalhau.Orchestrator.Http;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Cli.Serve;

/// <summary>The web server of a node.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private ApiServer(WebApplication app) => this.app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(app.Urls.First());

    /// <summary>Starts to serve.</summary>
    /// <param name="config">Where to listen, and for whom.</param>
    /// <param name="version">Version of this program.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="loggers">Where loggers come from.</param>
    /// <param name="map">Adds the endpoints.</param>
    /// <exception cref="CliException">The address cannot be listened on.</exception>
    public static async Task<ApiServer> StartAsync(
        ApiConfig config, BuildVersionView version, TimeProvider clock, ILoggerFactory loggers, Action<WebApplication> map)
    {
        var options = new ApiOptions { RateLimit = config.RateLimit, AllowedOrigins = config.AllowedOrigins, AllowedHosts = config.AllowedHosts };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, OwnerLifetime>());
        ApiHost.Configure(builder, options);
        var address = ListenAddress.Of(config.Host);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, config.Port));
        var app = builder.Build();
        ApiHost.Use(app, options, version, clock);
        map(app);
        try
        {
            await app.StartAsync();
        }
        catch (IOException exception)
        {
            await app.DisposeAsync();
            throw new CliException(
                $"the API cannot listen on {config.Host}:{config.Port}: {exception.Message}",
                "Stop what uses that port, or choose another one with -c API.Port=0");
        }

        return new ApiServer(app);
    }

    /// <summary>Ends, giving requests that run a moment.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }

    /// <summary>Leaves signals to the owner, who stops the parts of the node in order.</summary>
    private sealed class OwnerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
