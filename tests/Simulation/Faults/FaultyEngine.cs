using Bacalhau.Compute.Engines;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Simulation.Faults;

/// <summary>An engine each of whose calls is a fault point.</summary>
internal sealed class FaultyEngine(IEngine engine, FaultPlan faults, NodeId node, TimeProvider clock) : IEngine
{
    public string Name => engine.Name;

    public bool OutlivesNode => engine.OutlivesNode;

    public async Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation)
    {
        await PassAsync(FaultPoints.EngineLook, cancellation);
        return await engine.FindWhyUnavailableAsync(cancellation);
    }

    public async Task<ExecutionProblem?> FindRefusalAsync(TaskSpec task, CancellationToken cancellation)
    {
        await PassAsync(FaultPoints.EngineRefusal, cancellation);
        return await engine.FindRefusalAsync(task, cancellation);
    }

    public async Task PrepareAsync(EngineRun run, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        await PassAsync(FaultPoints.EnginePrepare, cancellation);
        await engine.PrepareAsync(run, progress, cancellation);
    }

    public async Task<EngineExit> RunAsync(EngineRun run, CancellationToken stop, CancellationToken detach)
    {
        await PassAsync(FaultPoints.EngineStart, CancellationToken.None);
        var running = engine.RunAsync(run, stop, detach);
        await PassAsync(FaultPoints.EngineRun, CancellationToken.None);
        var exit = await running;
        await PassAsync(FaultPoints.EngineExit, CancellationToken.None);
        return exit;
    }

    public async Task<string?> CheckAsync(EngineRun run, HealthCheckSpec check, CancellationToken cancellation)
    {
        await PassAsync(FaultPoints.EngineCheck, cancellation);
        return await engine.CheckAsync(run, check, cancellation);
    }

    public async Task RemoveAsync(ExecutionId execution, CancellationToken cancellation)
    {
        await PassAsync(FaultPoints.EngineRemove, cancellation);
        await engine.RemoveAsync(execution, cancellation);
    }

    public async Task SweepAsync(IReadOnlySet<ExecutionId> live, CancellationToken cancellation)
    {
        await PassAsync(FaultPoints.EngineSweep, cancellation);
        await engine.SweepAsync(live, cancellation);
    }

    private Task PassAsync(string point, CancellationToken cancellation) => faults.PassAsync(point, node.Value, clock, cancellation);
}
