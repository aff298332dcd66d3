using Bacalhau.Core.Scheduling;

namespace Bacalhau.Orchestrator.State;

/// <summary>Derives what a job's executions need from its canonical spec, when the store is loaded.</summary>
/// <param name="spec">The spec as it was submitted with <see cref="JobSubmission"/>.</param>
internal delegate JobDemand ReadDemand(byte[] spec);
