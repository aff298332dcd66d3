using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator.State;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Nats;

/// <summary>Keeps the message server told which nodes take part. Changes are gathered, so that a thousand nodes that join together are a few reloads.</summary>
public sealed partial class NatsMembership(NatsServer server, StateWriter state, TimeProvider clock, ILogger<NatsMembership> logger)
{
    /// <summary>How long changes are gathered.</summary>
    public static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(250);

    /// <summary>The nodes of a state that take part.</summary>
    public static ImmutableArray<NatsMember> MembersIn(ClusterSnapshot snapshot) =>
    [
        .. from node in snapshot.Nodes.Values
           where node.Membership == NodeMembership.Approved && node.PublicKey.Length > 0
           select new NatsMember(node.Id, node.PublicKey),
    ];

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="known">The members that the server was started with.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(ImmutableArray<NatsMember> known, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var snapshot = state.Current;
                known = Tell(known, MembersIn(snapshot));
                await state.WaitForChangeAsync(snapshot.Version, cancellation);
                await Task.Delay(GatherTime, clock, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The orchestrator stops.
        }
    }

    private ImmutableArray<NatsMember> Tell(ImmutableArray<NatsMember> known, ImmutableArray<NatsMember> members)
    {
        if (known.SequenceEqual(members))
        {
            return known;
        }

        try
        {
            server.SetMembers(members);
            LogChanged(members.Length);
            return members;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogFailed(exception);
            return known;
        }
    }
}
