using System.Collections.Immutable;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Cluster;

/// <summary>A node as planning sees it.</summary>
public sealed record ClusterNode
{
    /// <summary>Public id.</summary>
    public required NodeId Id { get; init; }

    /// <summary>Key of its row in the store.</summary>
    public required long Key { get; init; }

    /// <summary>Public nkey of the node, by which it proves who it is; empty for the orchestrator's own entry.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Whether it may take part.</summary>
    public NodeMembership Membership { get; init; }

    /// <summary>Whether it answers.</summary>
    public NodeConnection Connection { get; init; }

    /// <summary>Its present session; null while it has none.</summary>
    public SessionId? Session { get; init; }

    /// <summary>Id of the process that holds the session.</summary>
    public string BootId { get; init; } = "";

    /// <summary>What it said of itself.</summary>
    public required NodeFacts Facts { get; init; }

    /// <summary>Counts changes of <see cref="Facts"/>.</summary>
    public long FactsRevision { get; init; }

    /// <summary>Room taken by the executions that hold room on it.</summary>
    public ResourceAmount Used { get; init; }

    /// <summary>Everything on it that is in the snapshot.</summary>
    public ImmutableSortedSet<ExecutionId> Executions { get; init; } = [];

    /// <summary>Executions given to it beyond its capacity, first in line first.</summary>
    public ImmutableSortedSet<LinePlace> Line { get; init; } = [];

    /// <summary>Executions whose wish it has not acknowledged, in order of the wish.</summary>
    public ImmutableSortedSet<LinePlace> Outbox { get; init; } = [];

    /// <summary>Executions that it listed and that the store does not know; not stored, rebuilt from its list.</summary>
    public ImmutableSortedDictionary<ExecutionId, Stranger> Strangers { get; init; } = ImmutableSortedDictionary<ExecutionId, Stranger>.Empty;

    /// <summary>Whether executions of it that the store does not know run on until an operator decides: the store is a restored backup.</summary>
    public bool HoldsStrangers { get; init; }

    /// <summary>Term below which all that was given to it and that the store does not know is stopped: an operator has decided so. 0 for none.</summary>
    public long StopsStrangersBelow { get; init; }

    /// <summary>How many executions it ended lately.</summary>
    public EndRate Ends { get; init; }

    /// <summary>Last sign of life by this orchestrator's clock.</summary>
    public DateTimeOffset LastSeenAt { get; init; }

    /// <summary>Since when it has been connected.</summary>
    public DateTimeOffset ConnectedSince { get; init; }

    /// <summary>Since when it has been disconnected.</summary>
    public DateTimeOffset DisconnectedSince { get; init; }

    /// <summary>When it was declared lost; null while it is not.</summary>
    public DateTimeOffset? LostSince { get; init; }

    /// <summary>Why it was disconnected last; empty for none.</summary>
    public string LastError { get; init; } = "";

    /// <summary>Why it takes nothing new now, as a full disk; empty for nothing.</summary>
    public string Unwell { get; init; } = "";

    /// <summary>Set when room was refused: nothing is placed before its list has been compared.</summary>
    public bool NeedsSync { get; init; }

    /// <summary>The drain that is on; null for none.</summary>
    public NodeDrain? Drain { get; init; }

    /// <summary>What an operator has decided, and is done when the node has stopped what it runs; null for nothing.</summary>
    public NodeExit? Exit { get; init; }

    /// <summary>Whether an operator lets it take new work.</summary>
    public bool IsOpen => Membership == NodeMembership.Approved && Drain is null && Exit is null;

    /// <summary>Whether it is the entry of an orchestrator that runs nothing itself, which has no key.</summary>
    public bool IsOwnEntry => PublicKey.Length == 0 && !Facts.IsCompute;

    /// <summary>Whether there is a wish that it has not acknowledged.</summary>
    public bool HasUnsent => !Outbox.IsEmpty || (!Strangers.IsEmpty && Strangers.Values.Any(stranger => stranger.IsUnsent));

    /// <summary>Whether wishes may be sent to it now: its session has begun, and its list has been compared.</summary>
    public bool TakesWishes => Connection == NodeConnection.Connected && Session is not null && !NeedsSync;

    /// <summary>Room that is free now; a dimension may be below zero after a node came back smaller.</summary>
    public ResourceAmount Free => Strangers.IsEmpty
        ? Facts.Capacity - Used
        : Strangers.Values.Aggregate(Facts.Capacity - Used, (free, stranger) => free - stranger.Room);

    /// <summary>Whether work may be placed on it now.</summary>
    public bool IsEligible =>
        IsOpen && Connection == NodeConnection.Connected && Session is not null && !NeedsSync && Facts.IsCompute && Unwell.Length == 0;
}

/// <summary>A place in an order, with the execution that has it.</summary>
/// <param name="Order">The order.</param>
/// <param name="Execution">The execution.</param>
public readonly record struct LinePlace(long Order, ExecutionId Execution) : IComparable<LinePlace>
{
    /// <inheritdoc/>
    public int CompareTo(LinePlace other)
    {
        var byOrder = Order.CompareTo(other.Order);
        return byOrder != 0 ? byOrder : Execution.CompareTo(other.Execution);
    }
}
