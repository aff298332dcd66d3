using System.Globalization;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Http;

/// <summary>What happens to every request around its endpoint: ids and headers, gate, limits, client version, time limit, and errors into answers.</summary>
internal sealed partial class ApiPipeline(ApiOptions options, BuildVersionView version, TimeProvider clock, ILogger logger, CancellationToken stopping) : IDisposable
{
    private const string RequestId = "X-Request-Id";
    private const string ClientVersionHeader = "X-Bacalhau-Git-Version";

    private readonly RequestGate gate = new(options);
    private readonly ClientRateLimit rateLimit = new(options.RateLimit);
    private readonly string serverVersion = ClientVersion.TryParse(version.GitVersion, out var parsed) ? parsed.ToString() : version.GitVersion;

    /// <summary>Puts the pipeline before the endpoints.</summary>
    /// <param name="app">The application.</param>
    /// <param name="isForeign">Paths that others serve after this, as the web interface; they pass with the gate's checks only.</param>
    public void Use(IApplicationBuilder app, Func<PathString, bool> isForeign)
    {
        app.Use(next => context => EnterAsync(context, next));
        app.UseWebSockets();
        app.UseRouting();
        app.Use(next => context => isForeign(context.Request.Path) ? next(context) : ServeAsync(context, next));
    }

    /// <inheritdoc/>
    public void Dispose() => rateLimit.Dispose();

    private async Task EnterAsync(HttpContext context, RequestDelegate next)
    {
        gate.AddCorsHeaders(context);
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            context.Response.StatusCode = 204;
            return;
        }

        context.Response.Headers[RequestId] = context.Request.Headers[RequestId].ToString() is { Length: > 0 } given ? given : $"{Guid.NewGuid():N}";
        var refusal = rateLimit.Allows(context) ? gate.Refuse(context) : ApiProblem.TooMany;
        if (refusal is null)
        {
            await next(context);
            return;
        }

        await ApiAnswer.WriteAsync(context, refusal);
        if (refusal == ApiProblem.TooLarge)
        {
            await context.Response.CompleteAsync();
            await gate.DrainAsync(context);
        }
    }

    private async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        AddVersionHeaders(context.Response.Headers);
        if (await IsRefusedAsync(context))
        {
            return;
        }

        var endpoint = ApiRoutes.Match(context);
        var path = context.Request.Path.Value;
        try
        {
            if (endpoint is null)
            {
                await ApiAnswer.WriteAsync(context, ApiProblem.UnknownPath);
            }
            else if (endpoint.Metadata.GetMetadata<ApiRoute>()!.IsLongLived)
            {
                await ServeUntilStoppedAsync(context, next);
            }
            else
            {
                await ServeInTimeAsync(context, next);
            }
        }
        catch (Exception exception) when (!context.Response.HasStarted && JobProblems.Of(exception) is { } problem)
        {
            await ApiAnswer.WriteAsync(context, problem);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            LogClientLeft(logger, context.Request.Method, path);
        }
        catch (Exception exception) when (!context.Response.HasStarted) // The edge of a request: whatever went wrong is answered and logged, the server goes on.
        {
            LogFailed(logger, exception, context.Request.Method, path);
            await ApiAnswer.WriteAsync(context, ApiProblem.Unexpected);
        }
    }

    /// <summary>A stream would go on while the server stops, and hold it up.</summary>
    private async Task ServeUntilStoppedAsync(HttpContext context, RequestDelegate next)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.RequestAborted = either.Token;
        await next(context);
    }

    /// <summary>A request that takes too long is answered, as the reference does, with one line of text.</summary>
    private async Task ServeInTimeAsync(HttpContext context, RequestDelegate next)
    {
        var client = context.RequestAborted;
        using var limit = new CancellationTokenSource(options.RequestTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(client, limit.Token);
        context.RequestAborted = either.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !client.IsCancellationRequested && !context.Response.HasStarted)
        {
            context.RequestAborted = client;
            context.Response.StatusCode = 503;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync("Server Timeout!", client);
        }
        finally
        {
            context.RequestAborted = client;
        }
    }

    private async Task<bool> IsRefusedAsync(HttpContext context)
    {
        var said = context.Request.Headers[ClientVersionHeader].ToString();
        if (said is "" or "v0.0.0" or "v0.0.0-xxxxxxx")
        {
            return false;
        }

        if (!ClientVersion.TryParse(said, out var client))
        {
            await ApiAnswer.WriteAsync(context, new VersionRefusalView($"Invalid client version {said}"), ApiJson.Wire.VersionRefusalView, 400);
            return true;
        }

        if (client.IsOutdated)
        {
            var refusal = new VersionRefusalView(
                "Client version is outdated. Update your client", ClientVersion.Minimum.ToString(), said.TrimStart('v'), serverVersion);
            await ApiAnswer.WriteAsync(context, refusal, ApiJson.Wire.VersionRefusalView, 403);
            return true;
        }

        return false;
    }

    private void AddVersionHeaders(IHeaderDictionary headers)
    {
        headers[ClientVersionHeader] = version.GitVersion;
        headers["X-Bacalhau-Git-Commit"] = version.GitCommit;
        headers["X-Bacalhau-Build-Date"] = version.BuildDate.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss '+0000 UTC'", CultureInfo.InvariantCulture);
        headers["X-Bacalhau-Build-OS"] = version.GOOS;
        headers["X-Bacalhau-Arch"] = version.GOARCH;
    }
}
