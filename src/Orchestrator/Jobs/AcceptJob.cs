using System.Text.Json;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>Takes a checked job in, unless its idempotency token has an answer already or its name is in use.</summary>
internal sealed class AcceptJob(CheckedJob job, string token) : StateRequest<AcceptJob.Outcome>
{
    /// <summary>How long the first answer to a token is given again.</summary>
    private static readonly TimeSpan _tokenLife = TimeSpan.FromHours(24);

    /// <summary>What became of the job.</summary>
    /// <param name="Answer">The answer, of now or of the first time; null when the name is in use.</param>
    /// <param name="Existing">The job that has the name; null when there is an answer.</param>
    internal sealed record Outcome(PutJobResponse? Answer, StoredJob? Existing);

    /// <inheritdoc/>
    public override Outcome Decide(StateContext context)
    {
        if (token.Length > 0 && context.Lookup.Token(token) is { } earlier && context.Now - earlier.AcceptedAt < _tokenLife)
        {
            return earlier.BodyDigest == job.BodyDigest
                ? new Outcome(JsonSerializer.Deserialize(earlier.Answer, ApiJson.Wire.PutJobResponse), null)
                : throw new JobRefusedException(
                    JobRefusal.TokenReused,
                    $"the idempotency token was used {earlier.AcceptedAt:yyyy-MM-dd HH:mm:ss}Z for another job, {earlier.Job}",
                    "Send a new token with a new job.");
        }

        if (context.Lookup.JobByName(job.Spec.Namespace, job.Spec.Name) is { } existing)
        {
            return new Outcome(null, existing);
        }

        var answer = new PutJobResponse(job.Id.Value, context.Ids.Next().ToString("D"), job.Warnings.IsEmpty ? null : job.Warnings);
        Submission.Accept(context.Draft, LiveJobOf(context), context.Now);
        context.NewJobs.Add(new JobSubmission
        {
            Job = job.Id,
            Spec = job.Document.Bytes,
            Labels = job.Spec.Labels,
            Token = token,
            BodyDigest = token.Length > 0 ? job.BodyDigest : "",
            Answer = token.Length > 0 ? JsonSerializer.SerializeToUtf8Bytes(answer, ApiJson.Wire.PutJobResponse) : [],
        });
        return new Outcome(answer, null);
    }

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
