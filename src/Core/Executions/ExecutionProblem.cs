using System.Collections.Immutable;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Executions;

/// <summary>Why an execution was refused or failed, for people and programs.</summary>
/// <param name="Code">Stable code <c>Component:Code</c>, as <c>Docker:ImageNotFound</c>.</param>
/// <param name="Message">What happened, and to what.</param>
/// <param name="Hint">What to do next; empty when there is nothing to say.</param>
public sealed record ExecutionProblem(string Code, string Message, string Hint = "")
{
    /// <summary>Further facts for the event's details, as the image's name.</summary>
    public ImmutableSortedDictionary<string, string> Details { get => field ?? TextMap.Empty; init => field = TextMap.Of(value); }
}

/// <summary>One thing that happened to an execution on its node, for the job's history.</summary>
/// <param name="Topic">What it concerns, as <c>Running Execution</c> (spec: job-model.md §8).</param>
/// <param name="Message">What happened.</param>
/// <param name="AgeMillis">How long before the message that carries it was sent, in milliseconds; peers exchange durations, never clock times.</param>
/// <param name="Details">Further facts; null for none.</param>
public sealed record ExecutionEvent(string Topic, string Message, long AgeMillis = 0, ImmutableSortedDictionary<string, string>? Details = null);

/// <summary>How far a long step of an execution has come.</summary>
/// <param name="Step">The step, as <c>pulling image</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; 0 if unknown.</param>
/// <param name="Unit"><c>bytes</c> or <c>items</c>.</param>
public sealed record ExecutionProgress(string Step, long Done, long Total, string Unit);
