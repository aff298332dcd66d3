using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Puts the pieces of nodes' lists together. Each list has its number; pieces of different lists are never mixed.</summary>
internal sealed class HoldingLists
{
    /// <summary>Most executions in a list; a node that lists more is not heard.</summary>
    public const int MaxItems = 200_000;

    private readonly Lock gate = new();
    private readonly Dictionary<NodeId, Unfinished> unfinished = [];

    /// <summary>Adds a piece. Gives the whole list once its last piece and all before it are there.</summary>
    public ImmutableSortedDictionary<ExecutionId, ListedExecution>? Add(NodeId node, HoldingList piece)
    {
        lock (gate)
        {
            var list = unfinished.GetValueOrDefault(node);
            if (list is null || list.Session != piece.Session || list.Number != piece.Number)
            {
                if (list is not null && list.Session == piece.Session && list.Number > piece.Number)
                {
                    return null;
                }

                unfinished[node] = list = new Unfinished(piece.Session, piece.Number);
            }

            list.Pieces[piece.Piece] = piece.Items;
            list.Last = piece.IsLast ? piece.Piece : list.Last;
            if (list.Pieces.Values.Sum(items => items.Length) > MaxItems)
            {
                unfinished.Remove(node);
                return null;
            }

            if (!list.IsWhole)
            {
                return null;
            }

            unfinished.Remove(node);
            return Join(list.Pieces.Values);
        }
    }

    private static ImmutableSortedDictionary<ExecutionId, ListedExecution> Join(IEnumerable<Holding[]> pieces)
    {
        var whole = ImmutableSortedDictionary.CreateBuilder<ExecutionId, ListedExecution>();
        foreach (var item in pieces.SelectMany(items => items))
        {
            var id = new ExecutionId(item.ExecutionId);
            whole[id] = new ListedExecution(id, new JobId(item.JobId), item.AskRevision, item.ReportRevision, item.IsEnded, item.TakesRoom)
            {
                Amount = item.Amount,
                Order = item.Order,
                Term = item.Term,
            };
        }

        return whole.ToImmutable();
    }

    private sealed class Unfinished(string session, long number)
    {
        public string Session { get; } = session;

        public long Number { get; } = number;

        public SortedDictionary<int, Holding[]> Pieces { get; } = [];

        public int? Last { get; set; }

        public bool IsWhole => Last is { } last && Pieces.Count == last + 1 && Pieces.ContainsKey(last) && Pieces.ContainsKey(0);
    }
}
