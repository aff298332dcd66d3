using Bacalhau.Compute.Engines;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Benchmarks.Cluster;

/// <summary>An engine whose programs have ended as soon as they begin, so that what is left is the cost of everything around them.</summary>
internal sealed class NoopEngine : IEngine
{
    public const string Type = "noop";

    public string Name => Type;

    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    public Task<ExecutionProblem?> FindRefusalAsync(TaskSpec task, CancellationToken cancellation) => Task.FromResult<ExecutionProblem?>(null);

    public Task PrepareAsync(EngineRun run, IProgress<ExecutionProgress> progress, CancellationToken cancellation) => Task.CompletedTask;

    public Task<EngineExit> RunAsync(EngineRun run, CancellationToken stop, CancellationToken detach) => Task.FromResult(new EngineExit(EngineOutcome.Exited, 0));

    public Task RemoveAsync(ExecutionId execution, CancellationToken cancellation) => Task.CompletedTask;

    public Task SweepAsync(IReadOnlySet<ExecutionId> live, CancellationToken cancellation) => Task.CompletedTask;
}
