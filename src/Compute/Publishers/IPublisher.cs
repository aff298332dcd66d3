using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Publishers;

/// <summary>Publishes the results of executions in one way. One object serves all executions at once.</summary>
public interface IPublisher
{
    /// <summary>Type name in job files.</summary>
    string Name { get; }

    /// <summary>Whether the publisher can work now: null is yes, else the reason.</summary>
    Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation);

    /// <summary>What speaks against ever publishing so from this node; asked before the program runs. Null is nothing.</summary>
    /// <exception cref="Engines.EngineException">It cannot be found out now.</exception>
    Task<ExecutionProblem?> FindRefusalAsync(SpecConfig publisher, CancellationToken cancellation);

    /// <summary>
    /// Publishes the folder and says where, and what it is made of. All or nothing: <paramref name="grant"/> is asked right before the one step that makes the
    /// result visible, and its refusal (an <see cref="OperationCanceledException"/>) leaves nothing behind. Can be repeated for the same execution.
    /// </summary>
    /// <exception cref="Engines.EngineException">It cannot be published.</exception>
    /// <exception cref="IOException">A file cannot be read, or nothing more be kept.</exception>
    Task<PublishedResult> PublishAsync(PublishRequest request, Func<CancellationToken, Task> grant, IProgress<ExecutionProgress> progress, CancellationToken cancellation);

    /// <summary>Deletes what was published for an execution whose result was not accepted, or is no longer kept, and nothing else. Can be repeated.</summary>
    /// <exception cref="Engines.EngineException">It cannot be done now.</exception>
    Task WithdrawAsync(PublishTarget target, CancellationToken cancellation);
}

/// <summary>Whose results are published, and where. It is the same whenever an execution is published again, and when that is withdrawn.</summary>
/// <param name="Execution">Whose result it is.</param>
/// <param name="Job">The job it belongs to.</param>
/// <param name="Publisher">The task's publisher.</param>
/// <param name="Since">When the node began to publish it for the first time.</param>
public sealed record PublishTarget(ExecutionId Execution, JobId Job, SpecConfig Publisher, DateTimeOffset Since);

/// <summary>What to publish.</summary>
/// <param name="Target">Whose results, and where.</param>
/// <param name="Folder">Results folder: <c>stdout</c>, <c>stderr</c>, <c>exitCode</c> and one folder for each result path.</param>
public sealed record PublishRequest(PublishTarget Target, string Folder)
{
    /// <summary>Whose result it is.</summary>
    public ExecutionId Execution => Target.Execution;

    /// <summary>Takes warnings for the job's history, as of a pipe among the results that is left out; null if nobody listens.</summary>
    public IProgress<string>? Warnings { get; init; }
}
