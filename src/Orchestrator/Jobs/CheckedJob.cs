using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>A submitted job that is ready to be stored.</summary>
/// <param name="Id">Its new id.</param>
/// <param name="Spec">The spec, normalised and with the server's defaults and annotations.</param>
/// <param name="Document">The spec as it is stored.</param>
/// <param name="BodyDigest">SHA-256 of the job as it was sent, lower-case hex.</param>
/// <param name="Warnings">What was ignored or is odd, for people.</param>
internal sealed record CheckedJob(JobId Id, JobSpec Spec, SpecDocument Document, string BodyDigest, ImmutableArray<string> Warnings);
