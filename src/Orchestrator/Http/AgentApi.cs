using System.Text.Json;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>The endpoints that every node serves, orchestrator or not (spec: http-api.md §4).</summary>
public static class AgentApi
{
    private static readonly JsonElement _emptyObject = JsonElement.Parse("{}");

    /// <summary>Adds the endpoints.</summary>
    public static void Map(IEndpointRouteBuilder routes, AgentServices services)
    {
        const string Agent = ApiRoutes.Root + "/agent";
        routes.MapApi("GET", Agent + "/alive", context => ApiAnswer.WriteAsync(context, new AliveView(AliveView.Ok), ApiJson.Wire.AliveView));
        routes.MapApi("GET", Agent + "/version", context => ApiAnswer.WriteAsync(context, services.Version, ApiJson.Wire.BuildVersionView));
        routes.MapApi("GET", Agent + "/node", context => ApiAnswer.WriteAsync(context, services.Node(), ApiJson.Wire.NodeInfoView));
        routes.MapApi("GET", Agent + "/config", context =>
            ApiAnswer.WriteAsync(context, new AgentConfigView(services.Config()), ApiJson.Wire.AgentConfigView));
        routes.MapApi("GET", Agent + "/debug", context =>
            ApiAnswer.WriteAsync(context, new AgentDebugView(services.KnownNodes is { } nodes ? [.. nodes()] : null), ApiJson.Wire.AgentDebugView));
        routes.MapApi("GET", Agent + "/authconfig", context =>
            ApiAnswer.WriteAsync(context, new AuthConfigView(AuthConfigView.CurrentVersion, _emptyObject), ApiJson.Wire.AuthConfigView));

        MapRedirect(routes, "/", Agent + "/version");
        MapRedirect(routes, "/version", Agent + "/version");
        MapRedirect(routes, "/livez", Agent + "/alive");
    }

    private static void MapRedirect(IEndpointRouteBuilder routes, string from, string to) => routes.MapApi("GET", from, context =>
    {
        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = to;
        return Task.CompletedTask;
    });
}
