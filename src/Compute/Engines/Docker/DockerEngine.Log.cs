using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Engines.Docker;

public sealed partial class DockerEngine
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Removed container {Container} of execution {Execution}, which this node no longer has")]
    private partial void LogSwept(ExecutionId execution, string container);

    [LoggerMessage(Level = LogLevel.Information, Message = "Image {Image} of execution {Execution} is gone from the node; it is pulled again")]
    private partial void LogImageGone(ExecutionId execution, string image);
}
