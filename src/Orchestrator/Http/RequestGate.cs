using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bacalhau.Orchestrator.Http;

/// <summary>
/// What is looked at before anything else: who may come in from a browser, and how much may be sent. Pages of other sites reach a server on the
/// visitor's machine or network by DNS rebinding or simply by asking, so hosts and origins are checked.
/// </summary>
internal sealed class RequestGate(ApiOptions options)
{
    private const string Methods = "GET,HEAD,PUT,PATCH,POST,DELETE";

    /// <summary>How many times the limit is read of a body that is over it.</summary>
    private const int DrainFactor = 10;

    private static readonly TimeSpan _drainTime = TimeSpan.FromSeconds(5);

    private readonly bool allowsAllOrigins = options.AllowedOrigins.Contains("*");

    /// <summary>Why the request is not let in; null when it is.</summary>
    public ApiProblem? Refuse(HttpContext context)
    {
        if (context.Request.ContentLength > options.BodyLimitBytes)
        {
            context.Response.Headers.Connection = "close";
            return ApiProblem.TooLarge;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.BodyLimitBytes;
        }

        if (!IsHostAllowed(context))
        {
            return ApiProblem.Forbidden(
                $"The host name {context.Request.Host.Host} is not allowed from this machine.", "Use localhost or an address, or list the name in API.AllowedHosts.");
        }

        if (context.Request.Headers.Origin.ToString() is { Length: > 0 } origin && NeedsOrigin(context) && !IsAllowed(context, origin))
        {
            return ApiProblem.Forbidden($"Pages of {origin} may not use this server.", "List the origin in API.AllowedOrigins.");
        }

        return null;
    }

    /// <summary>Says to browsers which pages may read the answer.</summary>
    public void AddCorsHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Append("Vary", "Origin");
        if (context.Request.Headers.Origin.ToString() is not { Length: > 0 } origin || !IsListed(origin))
        {
            return;
        }

        headers.AccessControlAllowOrigin = allowsAllOrigins ? "*" : origin;
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            return;
        }

        headers.Append("Vary", "Access-Control-Request-Method");
        headers.Append("Vary", "Access-Control-Request-Headers");
        headers.AccessControlAllowMethods = Methods;
        if (context.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } wanted)
        {
            headers.AccessControlAllowHeaders = wanted;
        }
    }

    /// <summary>Reads a while what a client goes on to send though it was answered, so that it sees the answer and not a broken connection.</summary>
    public async Task DrainAsync(HttpContext context)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        enough.CancelAfter(_drainTime);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = DrainFactor * options.BodyLimitBytes;
        }

        var ignored = new byte[81920];
        try
        {
            while (await context.Request.Body.ReadAsync(ignored, enough.Token) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The client goes on too long, or has left.
        }
    }

    private bool IsHostAllowed(HttpContext context)
    {
        var host = context.Request.Host.Host;
        return context.Connection.RemoteIpAddress is not { } peer || !IPAddress.IsLoopback(peer) || host.Length == 0
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _)
            || options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Reading is guarded by the browser, which keeps the answer from the page; changing and streaming are not.</summary>
    private static bool NeedsOrigin(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest || context.Request.Headers.Upgrade.Count > 0
        || !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method));

    private bool IsAllowed(HttpContext context, string origin) =>
        IsListed(origin) || (Uri.TryCreate(origin, UriKind.Absolute, out var page)
            && page.Authority.Equals(context.Request.Host.Value, StringComparison.OrdinalIgnoreCase));

    private bool IsListed(string origin) => allowsAllOrigins || options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
}
