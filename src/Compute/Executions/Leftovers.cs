using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Executions;

/// <summary>
/// What executions have left that does not go with them at once. Results of those that the orchestrator's store does not know are kept for the time that it named, as
/// that store may be the one that errs. What was published and is not counted is to be withdrawn, which may fail. Both are in the store of the node, so that neither
/// side's restart makes it longer or forgets it.
/// </summary>
internal sealed partial class Leftovers(RunnerParts parts, ILogger<Leftovers> logger)
{
    /// <summary>Deletes what was kept long enough, and withdraws what is still to be. What cannot be done now is tried again at the next call.</summary>
    public async Task DropAsync()
    {
        var now = parts.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var held in parts.Store.Current.Held.Values)
        {
            try
            {
                await (held switch
                {
                    { IsForgotten: true } => WithdrawAsync(held.Id),
                    { IsEnded: true, KeptUntil: > 0 } when held.KeptUntil <= now => DropAsync(held),
                    _ => Task.CompletedTask,
                });
            }
            catch (Exception exception) // It may be possible at the next call.
            {
                LogNotDropped(held.ExecutionId, exception);
            }
        }
    }

    /// <summary>Withdraws what an execution has published that is forgotten, then removes what is kept of it; nothing happens if that is done.</summary>
    public async Task WithdrawAsync(ExecutionId id)
    {
        if (parts.Store.Current.Find(id) is { IsForgotten: true } held)
        {
            await WithdrawAsync(held);
            await parts.Store.ChangeAsync(draft => draft.Remove(id));
        }
    }

    private async Task DropAsync(HeldExecution held)
    {
        parts.Workspace.FolderOf(held.Id).Clear();
        await WithdrawAsync(held);
        await parts.Store.ChangeAsync(draft =>
        {
            if (draft.Find(held.Id) is { } known)
            {
                draft.Put(known with { KeptUntil = 0 });
            }
        });
    }

    private Task WithdrawAsync(HeldExecution held) =>
        parts.Publishers.TryGetValue(held.Publisher, out var publisher) ? publisher.WithdrawAsync(Publication.TargetOf(held), CancellationToken.None) : Task.CompletedTask;
}
