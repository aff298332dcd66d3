using Bacalhau.Core.Executions;

namespace Bacalhau.Core.Cluster;

/// <summary>What an execution left behind; kept in the store, not in the snapshot.</summary>
/// <param name="Output">First bytes of its output and its exit code; null if it never started.</param>
/// <param name="PublishedResult">Where its result is; null if none.</param>
/// <param name="LogTail">End of its log in the log's own format, at most 64 KiB.</param>
public sealed record ExecutionEnd(RunOutput? Output, PublishedResult? PublishedResult, byte[] LogTail);
