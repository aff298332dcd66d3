using Bacalhau.Core;

namespace Bacalhau.Orchestrator.State;

/// <summary>A submit that was accepted with an idempotency token.</summary>
/// <param name="Job">The job it made.</param>
/// <param name="AcceptedAt">When it was accepted; a token counts for 24 hours.</param>
/// <param name="BodyDigest">SHA-256 of the request's body, lower-case hex.</param>
/// <param name="Answer">The answer that was given.</param>
public sealed record StoredToken(JobId Job, DateTimeOffset AcceptedAt, string BodyDigest, byte[] Answer);
