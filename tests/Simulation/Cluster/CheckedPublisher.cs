using Bacalhau.Compute.Publishers;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Simulation.Faults;

namespace Bacalhau.Simulation.Cluster;

/// <summary>A publisher that takes some time, and whose every visible result is checked against what the orchestrator has decided.</summary>
internal sealed class CheckedPublisher(SimulationWorld world, NodeId node) : IPublisher
{
    private readonly Random random = new(world.Random.Next());

    public string Name => "fake";

    /// <summary>Clock of the process that publishes.</summary>
    public TimeProvider Clock { get; set; } = world.Clock;

    /// <summary>Whether it takes no time and never fails.</summary>
    public bool IsSteady { get; init; }

    /// <summary>Whether nothing can be published now.</summary>
    public bool IsDown { get; set; }

    /// <summary>Executions whose result can be seen.</summary>
    public SortedSet<ExecutionId> Visible { get; } = [];

    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    public Task<ExecutionProblem?> FindRefusalAsync(SpecConfig publisher, CancellationToken cancellation) => Task.FromResult<ExecutionProblem?>(null);

    public async Task<PublishedResult> PublishAsync(
        PublishRequest request, Func<CancellationToken, Task> grant, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        await PassAsync(FaultPoints.PublishBegin, cancellation);
        await Task.Delay(TimeSpan.FromMilliseconds(IsSteady ? 10 : random.Next(20_000)), Clock, cancellation);
        if (IsDown || (!IsSteady && random.Next(8) == 0))
        {
            throw new IOException("the simulated upload failed");
        }

        await grant(cancellation);
        if (await IsHeldUpAsync(cancellation))
        {
            // A grant may have ended meanwhile: it is asked for right before the result becomes visible.
            await grant(cancellation);
        }

        world.Checks.ResultBecomesVisible(request.Execution, node);
        Visible.Add(request.Execution);
        await PassAsync(FaultPoints.PublishVisible, cancellation);
        return new PublishedResult { Type = Name };
    }

    public async Task WithdrawAsync(PublishTarget target, CancellationToken cancellation)
    {
        await PassAsync(FaultPoints.Withdraw, cancellation);
        Visible.Remove(target.Execution);
    }

    /// <summary>Everything is gone with the disk.</summary>
    public void Lose() => Visible.Clear();

    private async Task<bool> IsHeldUpAsync(CancellationToken cancellation)
    {
        var before = Clock.GetTimestamp();
        await PassAsync(FaultPoints.PublishGranted, cancellation);
        return Clock.GetTimestamp() != before;
    }

    private Task PassAsync(string point, CancellationToken cancellation) => world.Faults.PassAsync(point, node.Value, Clock, cancellation);
}
