using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Planning;

/// <summary>Carries a plan out, and tells how many of its steps were stale.</summary>
internal sealed class ApplyPlan(Plan plan) : StateRequest<int>
{
    public override int Decide(StateContext context) => PlanApplication.Apply(context.Draft, plan, context.Now, context.NextExecutionKey);
}
