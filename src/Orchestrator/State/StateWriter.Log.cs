using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.State;

public sealed partial class StateWriter
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A transaction of {Requests} requests could not be stored; the state is loaded again")]
    private partial void LogCommitFailed(Exception error, int requests);
}
