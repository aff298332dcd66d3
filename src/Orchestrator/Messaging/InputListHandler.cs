using Bacalhau.Core;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>
/// Gives lists of inputs to nodes, and takes the first of each that is offered whole. Only a node that has an execution of the job's version is given one, or heard; a list
/// counts once it is on disk.
/// </summary>
internal sealed class InputListHandler(StateWriter state, TimeProvider clock)
{
    private readonly InputLists lists = new(state);
    private readonly OfferedLists offers = new(clock);
    private readonly ListTurns turns = new(clock);

    /// <summary>Answers a node that asks for a list.</summary>
    public Task<InputListAnswer?> AskAsync(NodeId id, InputListRequest request, CancellationToken cancellation) =>
        HandleAsync(id, request, request.ExecutionId, request.List, async key =>
            await lists.FindAsync(key, cancellation) is { } list ? PieceOf(list, request.Offset)
            : new InputListAnswer { TryLater = !turns.TryTake(key, id) });

    /// <summary>Takes a piece of a list that a node has made.</summary>
    public Task<InputListAnswer?> TakeAsync(NodeId id, InputListOffer offer, CancellationToken cancellation) =>
        HandleAsync(id, offer, offer.ExecutionId, offer.List, async key =>
            await lists.FindAsync(key, cancellation) is { } list ? Counts(list)
            : offers.Add(id, key, offer) switch
            {
                OfferStep.Refused(var reason) => Refused($"the list of the input cannot be kept: {reason}"),
                OfferStep.More(var next) => new InputListAnswer { Next = next },
                OfferStep.Whole(var whole) => await lists.StoreAsync(key, whole, cancellation) is { } winner ? Counts(winner) : Refused(NoRoom()),
                _ => new InputListAnswer { TryLater = true },
            });

    private async Task<InputListAnswer?> HandleAsync(NodeId id, Envelope message, string execution, string list, Func<InputListKey, Task<InputListAnswer>> answer)
    {
        if (state.SenderOf(id, message) is not { Session: { } session })
        {
            return state.Sealed(new InputListAnswer { TryLater = true });
        }

        if (!state.Current.Executions.TryGetValue(new ExecutionId(execution), out var assigned) || assigned.Node != id)
        {
            return state.Sealed(Refused($"execution {execution} is not assigned to this node"), session);
        }

        if (list.Length is 0 or > InputListLimits.LongestName || !list.All(letter => letter is > ' ' and <= '~'))
        {
            return state.Sealed(Refused("a list of an input has a name of 1 to 64 printable ASCII characters without blanks"), session);
        }

        try
        {
            return state.Sealed(await answer(new InputListKey(assigned.Job, assigned.JobVersion, list)), session);
        }
        catch (StoreUnavailableException)
        {
            return state.Sealed(new InputListAnswer { TryLater = true }, session);
        }
    }

    private static InputListAnswer Counts(InputList list) => new() { Digest = list.Digest, Total = list.Bytes.Length };

    private static InputListAnswer PieceOf(InputList list, long offset)
    {
        var start = (int)Math.Clamp(offset, 0, list.Bytes.Length);
        var next = Math.Min(list.Bytes.Length, start + InputListLimits.PieceBytes);
        return Counts(list) with { Bytes = list.Bytes[start..next], Next = next };
    }

    private static InputListAnswer Refused(string reason) => new() { Refused = reason };

    private static string NoRoom() => $"the lists of one version of a job may have at most {InputListLimits.MostBytesOfVersion} bytes together";
}
