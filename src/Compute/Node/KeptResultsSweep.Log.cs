using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

internal sealed partial class KeptResultsSweep
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The orchestrator does not know {Execution} any more: its local result is deleted in {Patience}.")]
    private partial void LogUnknown(ExecutionId execution, TimeSpan patience);

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted the local result of {Execution}, whose job is no more.")]
    private partial void LogDropped(ExecutionId execution);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Local results that are no longer needed could not be deleted; tried again in an hour.")]
    private partial void LogNotSwept(Exception exception);
}
