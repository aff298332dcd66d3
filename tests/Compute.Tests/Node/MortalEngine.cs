using Bacalhau.Compute.Engines;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tests.Node;

/// <summary>An engine as one process of a node sees it: once the process is killed, nothing that is left of it reaches the machine, or hears from it.</summary>
internal sealed class MortalEngine(IEngine engine) : IEngine, IDisposable
{
    private readonly CancellationTokenSource death = new();

    public string Name => engine.Name;

    public bool OutlivesNode => engine.OutlivesNode;

    public void Kill() => death.Cancel();

    public void Dispose() => death.Dispose();

    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => engine.FindWhyUnavailableAsync(cancellation);

    public Task<ExecutionProblem?> FindRefusalAsync(TaskSpec task, CancellationToken cancellation) => engine.FindRefusalAsync(task, cancellation);

    public Task PrepareAsync(EngineRun run, IProgress<ExecutionProgress> progress, CancellationToken cancellation) =>
        engine.PrepareAsync(run, progress, cancellation);

    public async Task<EngineExit> RunAsync(EngineRun run, CancellationToken stop, CancellationToken detach)
    {
        using var liveStop = new CancellationTokenSource();
        using var onStop = stop.Register(() =>
        {
            if (!death.IsCancellationRequested)
            {
                liveStop.Cancel();
            }
        });
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(detach, death.Token);
        var exit = await engine.RunAsync(run, liveStop.Token, gone.Token);
        if (death.IsCancellationRequested)
        {
            await new TaskCompletionSource<EngineExit>().Task;
        }

        return exit;
    }

    public Task<string?> CheckAsync(EngineRun run, HealthCheckSpec check, CancellationToken cancellation) => engine.CheckAsync(run, check, cancellation);

    public Task RemoveAsync(ExecutionId execution, CancellationToken cancellation) =>
        death.IsCancellationRequested ? new TaskCompletionSource().Task : engine.RemoveAsync(execution, cancellation);

    public Task SweepAsync(IReadOnlySet<ExecutionId> live, CancellationToken cancellation) => engine.SweepAsync(live, cancellation);
}
