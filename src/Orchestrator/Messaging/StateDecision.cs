using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>A change of state that is one call of a decision in Core.</summary>
/// <typeparam name="T">What the caller is told.</typeparam>
internal sealed class StateDecision<T>(Func<StateContext, T> decide) : StateRequest<T>
{
    /// <inheritdoc/>
    public override T Decide(StateContext context) => decide(context);
}

/// <summary>Gives decisions to the writer.</summary>
internal static class StateDecisions
{
    /// <summary>Decides, and gives the result once it is on disk.</summary>
    /// <exception cref="StoreUnavailableException">It could not be stored.</exception>
    public static Task<T> DecideAsync<T>(this StateWriter state, Func<StateContext, T> decide, CancellationToken cancellation) =>
        state.RunAsync(new StateDecision<T>(decide), cancellation);
}
