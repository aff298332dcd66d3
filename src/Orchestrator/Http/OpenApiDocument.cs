using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Serves the API's description. It is written by hand, and a test holds it against the endpoints: what clients rely on is then changed on purpose only.</summary>
internal static class OpenApiDocument
{
    private const string Resource = "openapi.json";

    /// <summary>Adds the endpoint.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapApi("GET", ApiRoutes.Root + "/openapi.json", async context =>
    {
        await using var document = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is not part of the program.");
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = document.Length;
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    });
}
