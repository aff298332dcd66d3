namespace Bacalhau.Compute.Store;

/// <summary>A change that waits to be written, with the caller that waits for it.</summary>
internal abstract class PendingChange
{
    /// <summary>Makes the change; false if it failed and is to be left out.</summary>
    public abstract bool Decide(NodeDraft draft);

    /// <summary>Tells the caller that it is on disk.</summary>
    public abstract void Complete();

    /// <summary>Tells the caller that it is not.</summary>
    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
internal sealed class PendingChange<T>(Func<NodeDraft, T> change, bool isInline) : PendingChange
{
    private readonly TaskCompletionSource<T> done =
        new(isInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    private T? result;

    public Task<T> Done => done.Task;

    public override bool Decide(NodeDraft draft)
    {
        try
        {
            result = change(draft);
            return true;
        }
        catch (Exception exception) // It goes to the caller of this change; the others of the batch are not touched.
        {
            done.TrySetException(exception);
            return false;
        }
    }

    public override void Complete() => done.TrySetResult(result!);

    public override void Fail(Exception exception) => done.TrySetException(exception);
}
