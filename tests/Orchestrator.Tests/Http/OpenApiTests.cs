using System.Text.Json;
using Bacalhau.Orchestrator.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Tests.Http;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_names_every_endpoint_and_no_other()
    {
        await using var cluster = await ApiCluster.StartAsync();
        var served = from endpoint in cluster.Server.Endpoints.OfType<RouteEndpoint>()
                     where endpoint.Metadata.GetMetadata<ApiRoute>() is not null
                     let path = endpoint.RoutePattern.RawText!
                     where path.StartsWith(ApiRoutes.Root, StringComparison.Ordinal)
                     from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                     select $"{method} {path}";
        var document = await ReadAsync(cluster);
        var described = from path in document.GetProperty("paths").EnumerateObject()
                        from operation in path.Value.EnumerateObject()
                        select $"{operation.Name.ToUpperInvariant()} {path.Name}";
        Assert.Equal(served.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_schema_that_is_referred_to_is_there()
    {
        await using var cluster = await ApiCluster.StartAsync();
        var document = await ReadAsync(cluster);
        var schemas = document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => $"#/components/schemas/{schema.Name}").ToHashSet();
        Assert.DoesNotContain(References(document), reference => !schemas.Contains(reference));
    }

    [Fact]
    public async Task The_document_names_what_a_restored_store_holds_and_how_it_is_stopped()
    {
        await using var cluster = await ApiCluster.StartAsync();
        var schemas = (await ReadAsync(cluster)).GetProperty("components").GetProperty("schemas");
        var actions = schemas.GetProperty("NodeActionRequest").GetProperty("properties").GetProperty("Action").GetProperty("enum");
        Assert.Equal(["approve", "reject", "delete", "drain", "undrain", "stop-held"], actions.EnumerateArray().Select(action => action.GetString()));
        var held = schemas.GetProperty("NodeState").GetProperty("properties").GetProperty("Held").GetProperty("items").GetProperty("properties");
        Assert.Equal(["ExecutionID", "JobID", "Since"], held.EnumerateObject().Select(property => property.Name));
    }

    private static async Task<JsonElement> ReadAsync(ApiCluster cluster) =>
        JsonElement.Parse(await cluster.Client.GetStringAsync(new Uri(ApiRoutes.Root + "/openapi.json", UriKind.Relative)));

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => property.Name == "$ref" ? [property.Value.GetString()!] : References(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
