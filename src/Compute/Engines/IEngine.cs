using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Engines;

/// <summary>Runs programs of one kind on this node. One object serves all executions at once.</summary>
public interface IEngine
{
    /// <summary>Type name in job files, lower case.</summary>
    string Name { get; }

    /// <summary>Whether its programs run on while the node is away, as containers do; others are run again from the beginning after a restart of the node.</summary>
    bool OutlivesNode => false;

    /// <summary>Whether the engine can work now; asked again from time to time, so a Docker daemon may come and go. Null is yes, else the reason.</summary>
    Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation);

    /// <summary>
    /// What speaks against ever running this task on this node, found without side effects: bad parameters, an image that does not exist.
    /// Null is nothing. A trouble that may pass (a registry that does not answer) is an exception.
    /// </summary>
    Task<ExecutionProblem?> FindRefusalAsync(TaskSpec task, CancellationToken cancellation);

    /// <summary>Fetches and compiles what the task needs (image, module) so that the start is quick. Can be cancelled at any moment and repeated.</summary>
    /// <exception cref="EngineException">It cannot be had.</exception>
    Task PrepareAsync(EngineRun run, IProgress<ExecutionProgress> progress, CancellationToken cancellation);

    /// <summary>
    /// Starts the program, or re-attaches to it if it still runs from before a restart of the node, and returns when it has ended.
    /// <paramref name="stop"/> asks it to end: TERM, then KILL after the run's stop grace; its output is kept.
    /// <paramref name="detach"/> says that the node goes away: an engine whose programs outlive the node leaves it running
    /// (<see cref="EngineOutcome.Detached"/>), another kills it (<see cref="EngineOutcome.Interrupted"/>).
    /// </summary>
    Task<EngineExit> RunAsync(EngineRun run, CancellationToken stop, CancellationToken detach);

    /// <summary>
    /// Looks once, from outside, whether a running program works as its task's health check says. Null is yes, else what is wrong, in a few words. An engine that
    /// cannot look refuses tasks that have such a check.
    /// </summary>
    Task<string?> CheckAsync(EngineRun run, HealthCheckSpec check, CancellationToken cancellation) =>
        Task.FromResult<string?>($"the engine {Name} cannot check its programs");

    /// <summary>Removes what is left of an execution that has ended. Can be repeated.</summary>
    Task RemoveAsync(ExecutionId execution, CancellationToken cancellation);

    /// <summary>Removes everything of this node's that belongs to none of <paramref name="live"/>.</summary>
    Task SweepAsync(IReadOnlySet<ExecutionId> live, CancellationToken cancellation);
}
