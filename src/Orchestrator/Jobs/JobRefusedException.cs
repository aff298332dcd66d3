using System.Collections.Immutable;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>Why a request about a job is refused.</summary>
public enum JobRefusal
{
    /// <summary>The document is no job: not an object, or with values of wrong types.</summary>
    Unreadable,

    /// <summary>The job breaks rules that are checked when it is submitted.</summary>
    Invalid,

    /// <summary>The job breaks rules that the reference checks only when it stores it.</summary>
    InvalidWhenStored,

    /// <summary>The job asks for something that this release cannot do yet.</summary>
    NotSupported,

    /// <summary>A job of this name exists and is the same.</summary>
    Unchanged,

    /// <summary>The idempotency token was used with another job.</summary>
    TokenReused,

    /// <summary>There is no such job.</summary>
    NotFound,

    /// <summary>The job has no such version.</summary>
    NoVersion,

    /// <summary>The job has not begun, so it cannot be run again.</summary>
    NotStarted,

    /// <summary>Several jobs begin with what was asked for.</summary>
    Ambiguous,

    /// <summary>The job has ended in another way than asked for.</summary>
    AlreadyEnded,

    /// <summary>The job, or something of it on a node, has not ended.</summary>
    NotEnded,
}

/// <summary>A request about a job is refused; nothing has changed.</summary>
/// <param name="refusal">Why, for programs.</param>
/// <param name="message">Why, for people.</param>
/// <param name="hint">What to do next; empty for nothing.</param>
public sealed class JobRefusedException(JobRefusal refusal, string message, string hint = "") : Exception(message)
{
    /// <summary>Refused because of problems in the job.</summary>
    public JobRefusedException(JobRefusal refusal, ImmutableArray<SpecProblem> problems)
        : this(refusal, string.Join('\n', problems)) => Problems = problems;

    /// <summary>Why, for programs.</summary>
    public JobRefusal Refusal { get; } = refusal;

    /// <summary>What to do next; empty for nothing.</summary>
    public string Hint { get; } = hint;

    /// <summary>All that is wrong with the job, with places; empty for other reasons.</summary>
    public ImmutableArray<SpecProblem> Problems { get; } = [];
}
