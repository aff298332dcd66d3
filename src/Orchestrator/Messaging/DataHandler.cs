using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Locality;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Takes in which data nodes hold. It is kept in memory only.</summary>
internal sealed class DataHandler(StateWriter state)
{
    private const int MostParts = 100_000;
    private const int LongestLack = 512;

    /// <summary>Takes a node's answers in; there is no answer to them.</summary>
    public async Task<Noted?> HandleAsync(NodeId id, DataAnswers message, CancellationToken cancellation)
    {
        if (state.SenderOf(id, message) is { Session: { } session })
        {
            await state.DecideAsync(context => Take(context, id, session, message), cancellation);
        }

        return null;
    }

    private static bool Take(StateContext context, NodeId id, SessionId session, DataAnswers message)
    {
        if (context.Draft.Node(id)?.Session != session)
        {
            return false;
        }

        foreach (var answer in message.Answers)
        {
            DataFacts.Answer(context.Draft, id, answer.Key, Read(answer, context.Now), Math.Max(0, message.BytesPerSecond));
        }

        return true;
    }

    private static DataHolding Read(DataAnswer answer, DateTimeOffset now) => new()
    {
        Bytes = Math.Max(0, answer.Bytes),
        TotalBytes = Math.Max(0, answer.TotalBytes),
        IsWhole = answer.IsWhole,
        IsNear = answer.IsNear,
        Parts = answer.Parts.Where(part => part is { Partition: >= 0, Bytes: > 0 }).Take(MostParts).DistinctBy(part => part.Partition)
            .ToImmutableSortedDictionary(part => part.Partition, part => part.Bytes),
        Lack = answer.Lack.Length <= LongestLack ? answer.Lack : answer.Lack[..LongestLack],
        At = now,
    };
}
