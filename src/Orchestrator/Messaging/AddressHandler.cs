using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Orchestrator.Results;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Gives nodes addresses in the orchestrator's bucket: for results of their own executions, and while they may publish them, or after they did in vain.</summary>
internal sealed class AddressHandler(StateWriter state, ManagedResults? managed, TimeProvider clock)
{
    /// <summary>Answers a node.</summary>
    public async Task<AddressAnswer?> HandleAsync(NodeId id, AddressRequest request, CancellationToken cancellation)
    {
        if (state.SenderOf(id, request) is not { Session: { } session })
        {
            return state.Sealed(new AddressAnswer { TryLater = true, Reason = "the session is over" });
        }

        return state.Sealed(await AnswerAsync(id, request, cancellation), session);
    }

    private async Task<AddressAnswer> AnswerAsync(NodeId asker, AddressRequest request, CancellationToken cancellation)
    {
        if (managed is null)
        {
            return new AddressAnswer { Reason = "the orchestrator has no bucket for results (Publishers.Types.S3Managed.Bucket)" };
        }

        var id = new ExecutionId(request.ExecutionId);
        try
        {
            var stored = await state.DecideAsync(context => context.Lookup.Execution(id), cancellation);
            if (FindObjection(asker, id, stored?.Execution, request.IsWithdrawal) is { } objection)
            {
                return new AddressAnswer { Reason = objection };
            }

            var use = request.IsWithdrawal ? ObjectUse.Delete : ObjectUse.Put;
            var address = await managed.SignForNodeAsync(stored!.Execution.Job, id, use, cancellation);
            return address is null
                ? new AddressAnswer { Reason = "the orchestrator has no AWS credentials for its bucket for results" }
                : new AddressAnswer { Url = address.AbsoluteUri };
        }
        catch (Exception exception) when (exception is StoreUnavailableException or ObjectStoreException)
        {
            return new AddressAnswer { TryLater = true, Reason = exception.Message };
        }
    }

    private string? FindObjection(NodeId asker, ExecutionId id, LiveExecution? stored, bool isWithdrawal)
    {
        // Grants are renewed in memory only.
        var execution = state.Current.Executions.GetValueOrDefault(id) ?? stored;
        return execution is null || execution.Node != asker ? $"execution {id} is not assigned to node {asker}"
            : isWithdrawal ? (execution.HasResult || !execution.IsEnded ? $"the result of execution {id} counts, or may still" : null)
            : execution.State != ExecutionState.Publishing || !(execution.GrantUntil > clock.GetUtcNow()) ? $"execution {id} has no leave to publish"
            : null;
    }
}
