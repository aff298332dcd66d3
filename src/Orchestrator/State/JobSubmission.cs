using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Orchestrator.State;

/// <summary>What the store keeps of an accepted job, or of a new version of one, beside the <c>LiveJob</c> that the same request puts into the draft.</summary>
public sealed record JobSubmission
{
    /// <summary>The job; it is in the draft.</summary>
    public required JobId Job { get; init; }

    /// <summary>The canonical spec, whose SHA-256 is the job's <c>SpecDigest</c>.</summary>
    public required byte[] Spec { get; init; }

    /// <summary>Labels by which the job is listed.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = TextMap.Empty;

    /// <summary>Idempotency token of the request; empty for none.</summary>
    public string Token { get; init; } = "";

    /// <summary>SHA-256 of the request's body, lower-case hex: the same token with another body is a conflict. Empty without a token.</summary>
    public string BodyDigest { get; init; } = "";

    /// <summary>The answer, as it is given again to the same token; empty without a token.</summary>
    public byte[] Answer { get; init; } = [];
}
