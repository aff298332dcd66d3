using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;

namespace Bacalhau.Orchestrator.State;

/// <summary>An execution as the store knows it, live or not.</summary>
/// <param name="Execution">Its row. What is never stored, as acknowledgements, has its default.</param>
/// <param name="JobKey">Key of its job's row.</param>
/// <param name="Output">First bytes of its output and its exit code; null while it runs, and if it never started.</param>
/// <param name="PublishedResult">Where its result is; null if none.</param>
public sealed record StoredExecution(LiveExecution Execution, long JobKey, RunOutput? Output, PublishedResult? PublishedResult);

/// <summary>A result that counts.</summary>
/// <param name="Execution">Whose it is.</param>
/// <param name="Result">Where it lies, and what it is made of.</param>
public sealed record StoredResult(ExecutionId Execution, PublishedResult Result);
