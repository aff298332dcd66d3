using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Sets up the web server for the API: <see cref="Configure"/>, build, <see cref="Use"/>, then <c>AgentApi.Map</c> or <c>OrchestratorApi.Map</c>.</summary>
public static class ApiHost
{
    /// <summary>Sets the server's limits.</summary>
    public static void Configure(WebApplicationBuilder builder, ApiOptions options)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.BodyLimitBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        });
    }

    /// <summary>Puts what every request goes through before the endpoints that are mapped after it.</summary>
    /// <param name="app">The application.</param>
    /// <param name="options">Limits and doors.</param>
    /// <param name="version">Version of this program.</param>
    /// <param name="clock">Clock for time limits.</param>
    /// <param name="isForeign">Paths that others serve, as the web interface; none by default. They get the gate's checks only.</param>
    public static void Use(WebApplication app, ApiOptions options, BuildVersionView version, TimeProvider clock, Func<PathString, bool>? isForeign = null)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Bacalhau.Api");
        var pipeline = new ApiPipeline(options, version, clock, logger, app.Lifetime.ApplicationStopping);
        app.Lifetime.ApplicationStopped.Register(pipeline.Dispose);
        pipeline.Use(app, isForeign ?? (_ => false));
    }
}
