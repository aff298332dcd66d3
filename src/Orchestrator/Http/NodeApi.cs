using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>The endpoints about nodes (spec: http-api.md §7).</summary>
internal sealed class NodeApi(StateWriter state, ReportedCaches caches, NodeActions actions)
{
    /// <summary>The component of what is refused about nodes.</summary>
    public const string Component = "NodesManager";

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        const string Nodes = ApiRoutes.Root + "/orchestrator/nodes";
        routes.MapApi("GET", Nodes, ListAsync);
        routes.MapApi("GET", Nodes + "/{id}", GetAsync);
        routes.MapApi("PUT", Nodes + "/{id}", UpdateAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var query = new RequestQuery(context);
        var listing = new NodeListing
        {
            Labels = JobListApi.ReadLabels(query),
            Approval = query.Text("filter-approval"),
            Status = query.Text("filter-status"),
            OrderBy = query.Text("order_by"),
            IsReversed = query.Flag("reverse"),
            Limit = query.Count("limit"),
        };
        if (!NodeListing.Orders.Contains(listing.OrderBy))
        {
            throw new ApiProblemException(ApiProblem.Invalid("invalid order_by"));
        }

        var present = state.Current;
        ImmutableArray<NodeStateView> nodes = [.. listing.Select(present).Select(node => NodeStates.ViewOf(node, present, caches.Find(node.Id)))];
        return ApiAnswer.WriteAsync(context, new NodeListView("", nodes), ApiJson.Wire.NodeListView);
    }

    private Task GetAsync(HttpContext context)
    {
        var present = state.Current;
        var node = Find(present, ApiRoutes.Id(context));
        return ApiAnswer.WriteAsync(context, new GetNodeResponse(NodeStates.ViewOf(node, present, caches.Find(node.Id))), ApiJson.Wire.GetNodeResponse);
    }

    private async Task UpdateAsync(HttpContext context)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Wire.NodeActionRequest) ?? new NodeActionRequest();
        await actions.DoAsync(Find(state.Current, ApiRoutes.Id(context)).Id, request, context.RequestAborted);
        await ApiAnswer.WriteAsync(context, new NodeActionResponse(true), ApiJson.Wire.NodeActionResponse);
    }

    /// <summary>A node by its id or the beginning of it; an exact id beats longer ones that begin with it.</summary>
    private static ClusterNode Find(ClusterSnapshot snapshot, string asked)
    {
        if (snapshot.Nodes.TryGetValue(new(asked), out var exact))
        {
            return exact;
        }

        var found = snapshot.Nodes.Values.Where(node => node.Id.Value.StartsWith(asked, StringComparison.Ordinal)).Take(10).ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new ApiProblemException(new ApiProblem(404, "NotFound", Component, $"node not found: {asked}")),
            _ => throw new ApiProblemException(new ApiProblem(
                409,
                "MultipleNodesFound",
                Component,
                $"several nodes begin with {asked}: {string.Join(", ", found.Select(node => node.Id))}",
                "Give a longer part of the node's id.")),
        };
    }
}
