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

    /// <summary>How long a node that takes part no more may go on speaking, so that its process can be told.</summary>
    public static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(20);

    /// <summary>How long after a failure the server is told again.</summary>
    private static readonly TimeSpan _retryTime = TimeSpan.FromSeconds(1);

    private readonly Dictionary<NatsMember, DateTimeOffset> leaving = [];

    /// <summary>The nodes of a state that take part.</summary>
    public static ImmutableArray<NatsMember> MembersIn(ClusterSnapshot snapshot) =>
    [
        .. from node in snapshot.Nodes.Values
           where node.Membership == NodeMembership.Approved && node.PublicKey.Length > 0
           select new NatsMember(node.Id, node.PublicKey),
    ];

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // Not those of the state: a node may have joined since the server was started.
        var known = server.Members;
        try
        {
            while (true)
            {
                var snapshot = state.Current;
                var members = WithLeaving(known, MembersIn(snapshot));
                var isTold = known.SequenceEqual(members) || TryTell(members);
                known = isTold ? members : known;
                await WaitForChangeAsync(snapshot, isTold, cancellation);
                await Task.Delay(GatherTime, clock, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The orchestrator stops.
        }
    }

    /// <summary>The members, and those who were until lately.</summary>
    private ImmutableArray<NatsMember> WithLeaving(ImmutableArray<NatsMember> known, ImmutableArray<NatsMember> members)
    {
        var (now, taking) = (clock.GetUtcNow(), members.ToHashSet());
        foreach (var member in known.Where(member => !taking.Contains(member)))
        {
            leaving.TryAdd(member, now + FarewellTime);
        }

        foreach (var member in leaving.Where(pair => taking.Contains(pair.Key) || pair.Value <= now).Select(pair => pair.Key).ToList())
        {
            leaving.Remove(member);
        }

        return leaving.Count == 0 ? members : [.. members.Concat(leaving.Keys).OrderBy(member => member.Node).ThenBy(member => member.PublicKey, StringComparer.Ordinal)];
    }

    private async Task WaitForChangeAsync(ClusterSnapshot snapshot, bool isTold, CancellationToken cancellation)
    {
        var changed = state.WaitForChangeAsync(snapshot.Version, cancellation);
        if (isTold && leaving.Count == 0)
        {
            await changed;
        }
        else
        {
            await Task.WhenAny(changed, Task.Delay(isTold ? FarewellTime : _retryTime, clock, cancellation));
        }
    }

    private bool TryTell(ImmutableArray<NatsMember> members)
    {
        try
        {
            server.SetMembers(members);
            LogChanged(members.Length);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogFailed(exception);
            return false;
        }
    }
}
