using System.Globalization;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Nodes;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Http;

/// <summary>What operators do to nodes, as the API names it. What is answered is on disk.</summary>
internal sealed partial class NodeActions(StateWriter state, NodeDeparture departure, ILogger<NodeActions> logger)
{
    /// <summary>The longest that a drain may let work finish; ten years.</summary>
    private const double LongestDeadline = 10 * 365.25 * 24 * 3600;

    /// <summary>Does what was asked to a node.</summary>
    /// <exception cref="ApiProblemException">It cannot be done; nothing has changed.</exception>
    public async Task DoAsync(NodeId node, NodeActionRequest request, CancellationToken cancellation)
    {
        var action = request.Action;
        var refusal = await (Begin(node, request, cancellation)
            ?? throw new ApiProblemException(new ApiProblem(
                400,
                "BadRequest",
                NodeApi.Component,
                $"\"{action}\" cannot be done to a node.",
                "Action must be approve, reject, delete, drain, undrain or stop-held, in lower case.")));
        if (refusal is not null)
        {
            throw new ApiProblemException(ProblemOf(refusal));
        }

        LogDone(node, action!, request.Message ?? "");
    }

    /// <summary>Stops what is held on a node, and begins a term for it, so that what was given before it is told from what is given after.</summary>
    internal static int StopHeld(StateContext change, long term, NodeId id)
    {
        change.RaiseTermAbove(term);
        return HeldWork.Stop(change.Draft, id, term + 1, change.Now);
    }

    private Task<NodeActionRefusal?>? Begin(NodeId node, NodeActionRequest request, CancellationToken cancellation)
    {
        Task<NodeActionRefusal?> Decide(Func<StateContext, NodeActionRefusal?> decide) => state.DecideAsync(decide, cancellation);
        switch (request.Action)
        {
            case "approve":
                return Decide(change => NodeMemberships.Approve(change.Draft, node));
            case "reject":
                return departure.LeaveAsync(node, NodeLeaving.Rejected, request.Message ?? "", cancellation);
            case "delete":
                return departure.LeaveAsync(node, NodeLeaving.Deleted, "", cancellation);
            case "drain":
                var finishTime = FinishTimeOf(request);
                return Decide(change => NodeDrains.Begin(change.Draft, node, finishTime, change.Now));
            case "undrain":
                return Decide(change => NodeDrains.End(change.Draft, node));
            case "stop-held":
                return Decide(change =>
                {
                    StopHeld(change, state.Store.Term, node);
                    return null;
                });
            default:
                return null;
        }
    }

    private static TimeSpan? FinishTimeOf(NodeActionRequest request) => request.Deadline switch
    {
        null or 0 => null,
        > 0 and <= LongestDeadline and var seconds => TimeSpan.FromSeconds(seconds),
        var seconds => throw new ApiProblemException(new ApiProblem(
            400,
            "BadRequest",
            NodeApi.Component,
            string.Create(CultureInfo.InvariantCulture, $"A drain cannot have a deadline of {seconds} seconds."),
            string.Create(
                CultureInfo.InvariantCulture,
                $"Deadline is how many seconds running work may take to finish, at most {LongestDeadline:0} (ten years): 0, or none, to move it at once."))),
    };

    private static ApiProblem ProblemOf(NodeActionRefusal refusal) => refusal.Obstacle switch
    {
        NodeActionObstacle.Unknown => new(404, "NotFound", NodeApi.Component, refusal.Reason, refusal.Hint),
        NodeActionObstacle.Impossible => new(400, "BadRequest", NodeApi.Component, refusal.Reason, refusal.Hint),
        _ => new(409, "ConflictNodeState", NodeApi.Component, refusal.Reason, refusal.Hint),
    };
}
