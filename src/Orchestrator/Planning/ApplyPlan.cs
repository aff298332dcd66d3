using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Planning;

/// <summary>Carries a plan out, and tells how many of its steps were stale.</summary>
internal sealed class ApplyPlan(Plan plan) : StateRequest<int>
{
    public override int Decide(StateContext context)
    {
        var stale = 0;
        foreach (var step in plan.Steps)
        {
            var isDone = step switch
            {
                PlanStep.RollBack rollBack => JobVersions.TryRollBack(context, rollBack),
                PlanStep.Fire fire => ScheduledFiring.TryFire(context, fire),
                _ => PlanApplication.TryApply(context.Draft, step, context.Now, context.NextExecutionKey),
            };
            stale += isDone ? 0 : 1;
        }

        return stale;
    }
}
