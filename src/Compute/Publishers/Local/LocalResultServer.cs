using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Bacalhau.Compute.Publishers.Local;

/// <summary>
/// Serves the archives of the <c>local</c> publisher: <c>GET /&lt;executionID&gt;-&lt;secret&gt;.tar.gz</c>, with ranges so that a cut
/// download goes on. There is no listing; whatever is not an archive's full name is not found.
/// </summary>
public sealed class LocalResultServer : IAsyncDisposable
{
    /// <summary>Most connections at once: whoever reaches the port can open some.</summary>
    private const int MostConnections = 1000;

    private readonly WebApplication application;

    private LocalResultServer(WebApplication application) => this.application = application;

    /// <summary>Port it listens on.</summary>
    public int Port { get; private init; }

    /// <summary>Starts listening. Port 0 takes a free one.</summary>
    /// <param name="folder">Folder of the archives.</param>
    /// <param name="address">Address to listen on; <see cref="IPAddress.Any"/> means those of IPv6 too.</param>
    /// <param name="port">Port to listen on.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LocalResultServer> StartAsync(string folder, IPAddress address, int port, CancellationToken cancellation)
    {
        var archives = new LocalArchives(folder);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = 0;
            options.Limits.MaxConcurrentConnections = MostConnections;
            if (address.Equals(IPAddress.Any))
            {
                options.ListenAnyIP(port);
            }
            else
            {
                options.Listen(address, port);
            }
        });
        var application = builder.Build();
        application.Run(context => AnswerAsync(context, archives));
        await application.StartAsync(cancellation);
        var bound = new Uri(application.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
        return new LocalResultServer(application) { Port = bound };
    }

    /// <summary>Stops listening; running downloads are cut.</summary>
    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await application.StopAsync(atOnce.Token);
        await application.DisposeAsync();
    }

    private static Task AnswerAsync(HttpContext context, LocalArchives archives)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }

        if (archives.FindByName(context.Request.Path.Value?.TrimStart('/') ?? "") is not { } path)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var length = new FileInfo(path).Length;
        context.Response.Headers.CacheControl = "private";
        return TypedResults.PhysicalFile(
            path,
            "application/gzip",
            entityTag: new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{Path.GetFileName(path)[..^7]}-{length}\"")),
            enableRangeProcessing: true).ExecuteAsync(context);
    }
}
