using Bacalhau.Core;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Planning;

/// <summary>Plans whenever the cluster has changed or a time limit is over, and has the plans carried out.</summary>
internal sealed partial class PlanningLoop(StateWriter writer, DataAsker asker, TimeProvider clock, IIdSource ids, PlannerOptions options, ILogger<PlanningLoop> logger)
{
    /// <summary>How long to wait after a fault, so that one that lasts does not keep a core busy.</summary>
    private static readonly TimeSpan FaultDelay = TimeSpan.FromSeconds(1);

    /// <summary>Longest single wait; a timer takes no more than some weeks.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    private PlannerMemory memory = PlannerMemory.None;
    private bool hasFaulted;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) // The loop's edge: one bad plan or a full disk must not end planning for ever.
            {
                LogPlanFailed(e);
                memory = PlannerMemory.None;
                hasFaulted = true;
            }
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        if (hasFaulted)
        {
            hasFaulted = false;
            await Task.Delay(FaultDelay, clock, cancellationToken);
        }

        var snapshot = writer.Current;
        var now = clock.GetUtcNow();
        var (plan, next) = PlacementPlanner.Plan(snapshot, now, ids, options, memory);
        if (PlanChecker.FindViolations(snapshot, plan, options, now).FirstOrDefault() is { } violation)
        {
            throw new InvalidOperationException($"A plan breaks a rule and is not carried out: {violation}");
        }

        if (!plan.Steps.IsEmpty)
        {
            var stale = await writer.RunAsync(new ApplyPlan(plan), cancellationToken);
            asker.Ask(plan.Steps.OfType<PlanStep.Ask>());
            LogPlanApplied(plan.Steps.Length, stale);
        }

        memory = next;
        if (plan.Steps.IsEmpty)
        {
            await WaitForWorkAsync(snapshot.Version, plan.WakeAt, cancellationToken);
        }
    }

    private async Task WaitForWorkAsync(long version, DateTimeOffset? wakeAt, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var change = writer.WaitForChangeAsync(version, enough.Token);
        if (wakeAt is not { } at)
        {
            await change;
            return;
        }

        var wait = at - clock.GetUtcNow();
        wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 1, MaxWait.TotalMilliseconds));
        await Task.WhenAny(change, Task.Delay(wait, clock, enough.Token));
        enough.Cancel();
    }
}
