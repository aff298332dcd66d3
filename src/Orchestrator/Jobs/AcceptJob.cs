using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>Takes a checked job in: as a new job or, when its name is in use, as a new version of that one. A token that was used gets its first answer again.</summary>
/// <param name="job">The job.</param>
/// <param name="token">Idempotency token; empty for none.</param>
/// <param name="force">Whether a job that is the same as the stored one begins anew.</param>
internal sealed class AcceptJob(CheckedJob job, string token, bool force) : StateRequest<PutJobResponse>
{
    /// <summary>How long the first answer to a token is given again.</summary>
    private static readonly TimeSpan _tokenLife = TimeSpan.FromHours(24);

    /// <inheritdoc/>
    public override PutJobResponse Decide(StateContext context)
    {
        if (token.Length > 0 && context.Lookup.Token(token) is { } earlier && context.Now - earlier.AcceptedAt < _tokenLife)
        {
            return earlier.BodyDigest == job.BodyDigest
                ? JsonSerializer.Deserialize(earlier.Answer, ApiJson.Wire.PutJobResponse)!
                : throw new JobRefusedException(
                    JobRefusal.TokenReused,
                    $"the idempotency token was used {earlier.AcceptedAt:yyyy-MM-dd HH:mm:ss}Z for another job, {earlier.Job}",
                    "Send a new token with a new job.");
        }

        return context.Lookup.JobByName(job.Spec.Namespace, job.Spec.Name) is { } existing ? Update(context, existing) : Add(context);
    }

    private PutJobResponse Add(StateContext context)
    {
        var answer = Answer(context, job.Id, job.Warnings);
        Submission.Accept(context.Draft, LiveJobOf(context), context.Now);
        context.NewJobs.Add(SubmissionOf(job.Id, answer));
        return answer;
    }

    private PutJobResponse Update(StateContext context, StoredJob existing)
    {
        var stored = SpecDocument.Of(existing.Spec).Read();
        if (stored.Type != job.Spec.Type)
        {
            throw new JobRefusedException(
                JobRefusal.Invalid,
                $"job {existing.Name} exists as {existing.Id} and is a {stored.Type} job; an update cannot change its type to {job.Spec.Type}",
                $"Give the job another name, or delete that one first: bacalhau job delete {existing.Name}");
        }

        var isSame = !JobDiff.Of(stored, job.Spec).HasChanges;
        if (isSame && !force)
        {
            throw new JobRefusedException(
                JobRefusal.Unchanged,
                $"no changes detected: job {existing.Name} exists as {existing.Id} and is the same",
                $"Run it once more with 'bacalhau job rerun {existing.Name}', or submit it with --force.");
        }

        var answer = Answer(context, existing.Id, [.. job.Warnings, .. UpdateWarnings.Of(stored, job.Spec).Select(warning => warning.ToString())]);
        var same = isSame ? [] : JobVersions.SameProgram(JobVersions.Find(context, existing), stored, job.Spec);
        var update = new JobUpdate(job.Document.Digest, JobDemands.From(job.Spec), same);
        JobVersions.Add(context, existing, SubmissionOf(existing.Id, answer), update, new HistoryEvent(null, JobEvents.Submission, "Job updated", context.Now));
        return answer;
    }

    private static PutJobResponse Answer(StateContext context, JobId id, ImmutableArray<string> warnings) =>
        new(id.Value, context.Ids.Next().ToString("D"), warnings.IsEmpty ? null : warnings);

    private JobSubmission SubmissionOf(JobId id, PutJobResponse answer) => new()
    {
        Job = id,
        Spec = job.Document.Bytes,
        Labels = job.Spec.Labels,
        Token = token,
        BodyDigest = token.Length > 0 ? job.BodyDigest : "",
        Answer = token.Length > 0 ? JsonSerializer.SerializeToUtf8Bytes(answer, ApiJson.Wire.PutJobResponse) : [],
    };

    private LiveJob LiveJobOf(StateContext context) => new()
    {
        Id = job.Id,
        Key = context.NextJobKey(),
        Name = job.Spec.Name,
        Namespace = job.Spec.Namespace,
        Version = 1,
        SpecDigest = job.Document.Digest,
        Demand = JobDemands.From(job.Spec),
        CreatedAt = context.Now,
        SubmittedAt = context.Now,
        ModifiedAt = context.Now,
    };
}
