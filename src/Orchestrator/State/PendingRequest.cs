namespace Bacalhau.Orchestrator.State;

/// <summary>A request that waits for the writer, or for its commit.</summary>
internal abstract class PendingRequest
{
    /// <summary>Whether its caller gave up before it was looked at.</summary>
    public abstract bool IsCancelled { get; }

    /// <summary>Lets it decide.</summary>
    public abstract void Decide(StateContext context);

    /// <summary>Tells its caller the result.</summary>
    public abstract void Complete();

    /// <summary>Tells its caller that it failed.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Tells its caller that nothing was done.</summary>
    public abstract void Cancel();
}

/// <summary>A request that waits, with its caller.</summary>
/// <param name="request">The request.</param>
/// <param name="continuations">How the caller goes on: never on the writer's thread where that is not the caller's.</param>
/// <param name="cancellationToken">Gives up before it is looked at.</param>
internal sealed class PendingRequest<T>(StateRequest<T> request, TaskCreationOptions continuations, CancellationToken cancellationToken) : PendingRequest
{
    private readonly TaskCompletionSource<T> caller = new(continuations);
    private T? result;

    /// <summary>Ends with the result.</summary>
    public Task<T> Task => caller.Task;

    /// <inheritdoc/>
    public override bool IsCancelled => cancellationToken.IsCancellationRequested;

    /// <inheritdoc/>
    public override void Decide(StateContext context) => result = request.Decide(context);

    /// <inheritdoc/>
    public override void Complete() => caller.TrySetResult(result!);

    /// <inheritdoc/>
    public override void Fail(Exception error) => caller.TrySetException(error);

    /// <inheritdoc/>
    public override void Cancel() => caller.TrySetCanceled(cancellationToken);
}
