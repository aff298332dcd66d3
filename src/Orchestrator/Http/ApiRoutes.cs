using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Marks an endpoint of the API; its path is matched as written, since ASP.NET Core would ignore case and a last slash.</summary>
/// <param name="IsLongLived">Whether it streams, so that the time limit of ordinary requests is not for it.</param>
internal sealed record ApiRoute(bool IsLongLived = false);

/// <summary>Ways to add endpoints of the API.</summary>
internal static class ApiRoutes
{
    /// <summary>Where the API begins.</summary>
    public const string Root = "/api/v1";

    /// <summary>Adds an endpoint.</summary>
    public static void MapApi(this IEndpointRouteBuilder routes, string method, string pattern, RequestDelegate handle, bool isLongLived = false) =>
        routes.MapMethods(pattern, [method], handle).WithMetadata(new ApiRoute(isLongLived));

    /// <summary>The API endpoint that the request is for; null if it is for none, or for one of somebody else.</summary>
    public static RouteEndpoint? Match(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<ApiRoute>() is not null && IsExact(endpoint.RoutePattern, context.Request.Path)
            ? endpoint
            : null;

    /// <summary>The last part of a path that names something, with encoded slashes decoded (the server leaves them).</summary>
    public static string Id(HttpContext context, string name = "id") =>
        (context.Request.RouteValues[name] as string ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static bool IsExact(RoutePattern pattern, PathString path)
    {
        var segments = (path.Value ?? "").TrimStart('/').Split('/');
        if (path.Value is { Length: > 1 } text && text[1] == '/')
        {
            return false;
        }

        if (pattern.PathSegments.Count == 0)
        {
            return path.Value is "/" or "" or null;
        }

        if (segments.Length != pattern.PathSegments.Count)
        {
            return false;
        }

        for (var index = 0; index < segments.Length; index++)
        {
            if (pattern.PathSegments[index].Parts is [RoutePatternLiteralPart literal] && literal.Content != segments[index])
            {
                return false;
            }
        }

        return true;
    }
}
