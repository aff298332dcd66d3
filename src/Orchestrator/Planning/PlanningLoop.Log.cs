using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Planning;

internal sealed partial class PlanningLoop
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Planning failed; it is tried again.")]
    private partial void LogPlanFailed(Exception e);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Applied a plan of {Steps} steps, {Stale} of them stale.")]
    private partial void LogPlanApplied(int steps, int stale);
}
