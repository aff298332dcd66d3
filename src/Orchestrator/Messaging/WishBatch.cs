using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>A numbered batch on its way. It stays as it is, byte by byte, until its node has acknowledged it.</summary>
/// <param name="Session">The session it belongs to.</param>
/// <param name="Number">Its number in the session.</param>
/// <param name="Wishes">What is acknowledged with it.</param>
/// <param name="Payload">The message.</param>
internal sealed record WishBatch(SessionId Session, long Number, IReadOnlyList<AnsweredWish> Wishes, byte[] Payload)
{
    /// <summary>Bytes that the wishes of a batch may take; leaves room in a message of 512 KiB.</summary>
    private const int MaxBytes = 480 * 1024;

    /// <summary>What one wish takes at most, without its reason.</summary>
    private const int BytesPerWish = 768;

    private const int MaxReasonLength = 1024;

    /// <summary>The batch of what a node has not acknowledged, in the order of the wishes; null if there is nothing.</summary>
    public static WishBatch? Of(StateWriter state, ClusterSnapshot snapshot, ClusterNode node, long number, int maxWishes)
    {
        var instructions = new List<Instruction>();
        var bytes = 0;
        foreach (var instruction in Waiting(snapshot, node, state.Store.Term))
        {
            // A character takes up to six bytes in JSON.
            bytes += BytesPerWish + 6 * instruction.Reason.Length;
            if (instructions.Count == maxWishes || bytes > MaxBytes)
            {
                break;
            }

            instructions.Add(instruction);
        }

        if (instructions.Count == 0)
        {
            return null;
        }

        var session = node.Session!.Value;
        var message = state.Sealed(new Batch { Number = number, Instructions = [.. instructions] }, session);
        var wishes = instructions.Select(instruction => new AnsweredWish(new ExecutionId(instruction.ExecutionId), instruction.AskRevision)).ToArray();
        return new WishBatch(session, number, wishes, JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.Batch));
    }

    private static IEnumerable<Instruction> Waiting(ClusterSnapshot snapshot, ClusterNode node, long term)
    {
        foreach (var place in node.Outbox)
        {
            if (snapshot.Executions.TryGetValue(place.Execution, out var execution) && InstructionOf(snapshot, execution, term) is { } instruction)
            {
                yield return instruction;
            }
        }

        foreach (var (id, stranger) in node.Strangers)
        {
            if (stranger.IsUnsent)
            {
                var instruction = new Instruction { ExecutionId = id.Value, AskRevision = stranger.AskRevision };
                yield return stranger.Wish == StrangerWish.Forget
                    ? instruction with { Verb = "forget" }
                    : instruction with
                    {
                        Verb = "stop",
                        Reason = "the orchestrator does not know this execution",
                        KeepMillis = (long)Stranger.KeptFor.TotalMilliseconds,
                    };
            }
        }
    }

    private static Instruction? InstructionOf(ClusterSnapshot snapshot, LiveExecution execution, long term)
    {
        var instruction = new Instruction { ExecutionId = execution.Id.Value, AskRevision = execution.AskRevision };
        return execution.Ask switch
        {
            Ask.Stop => instruction with { Verb = "stop", Reason = Cut(execution.DesiredMessage) },
            Ask.Forget => instruction with { Verb = "forget", ResultAccepted = execution.HasResult },
            _ => snapshot.Jobs.TryGetValue(execution.Job, out var job)
                ? instruction with { Verb = "run", Assignment = AssignmentOf(job, execution, term) }
                : null,
        };
    }

    private static Assignment AssignmentOf(LiveJob job, LiveExecution execution, long term) => new()
    {
        JobId = execution.Job.Value,
        JobVersion = execution.JobVersion,
        SpecDigest = execution.SpecDigest,
        Partition = job.Demand.Kind.IsByNode() ? 0 : execution.Partition,
        Count = job.Demand.Count,
        Priority = job.Demand.Priority,
        Amount = execution.Amount,
        InLine = execution.InLine,
        Order = execution.Key,
        Term = term,
    };

    private static string Cut(string text) => text.Length <= MaxReasonLength ? text : text[..MaxReasonLength];
}
