using Bacalhau.Compute.Store;

namespace Bacalhau.Compute.Executions;

/// <summary>
/// What executions have left that the orchestrator's store does not know. They are stopped, but the store may be the one that errs, so their results are kept for
/// the time that the orchestrator named. The times are in the store of the node, so neither side's restart makes them longer.
/// </summary>
internal sealed class StrangerLeftovers(RunnerParts parts)
{
    /// <summary>Deletes what was kept long enough. What cannot be deleted now is tried again at the next call.</summary>
    public async Task DropOldAsync()
    {
        var now = parts.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var held in parts.Store.Current.Held.Values.Where(held => held is { IsEnded: true, KeptUntil: > 0 } && held.KeptUntil <= now))
        {
            try
            {
                await DropAsync(held);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NodeStoreException)
            {
                // The disk may let at the next call.
            }
        }
    }

    private async Task DropAsync(HeldExecution held)
    {
        parts.Workspace.FolderOf(held.Id).Clear();
        if (parts.Publishers.TryGetValue(held.Publisher, out var publisher))
        {
            await publisher.WithdrawAsync(held.Id, CancellationToken.None);
        }

        await parts.Store.ChangeAsync(draft =>
        {
            if (draft.Find(held.Id) is { } known)
            {
                draft.Put(known with { KeptUntil = 0 });
            }
        });
    }
}
