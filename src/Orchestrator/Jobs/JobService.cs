using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>What clients do with jobs: the methods behind the endpoints. An answer is given when the change is on disk.</summary>
public sealed class JobService(StateWriter writer, JobServiceOptions options)
{
    /// <summary>Longest idempotency token, in characters.</summary>
    public const int MaxTokenLength = 256;

    /// <summary>Takes a new job in.</summary>
    /// <exception cref="JobRefusedException">The job is not accepted; nothing is stored.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be stored now.</exception>
    public async Task<PutJobResponse> SubmitAsync(JobSubmitRequest request, CancellationToken cancellationToken)
    {
        var job = Check(request);
        var outcome = await writer.RunAsync(new AcceptJob(job, request.Token), cancellationToken);
        return outcome.Answer ?? throw NameInUse(outcome.Existing!, job, request.Force);
    }

    /// <summary>Stops a job.</summary>
    /// <param name="id">The job.</param>
    /// <param name="reason">Why, for people; empty for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Id of the change; empty when the job was stopped before.</returns>
    /// <exception cref="JobRefusedException">There is no such job, or it has ended otherwise.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be stored now.</exception>
    public Task<string> StopAsync(JobId id, string reason, CancellationToken cancellationToken) =>
        writer.RunAsync(new StopJob(id, reason), cancellationToken);

    private CheckedJob Check(JobSubmitRequest request)
    {
        if (request.Token.Length > MaxTokenLength)
        {
            throw new JobRefusedException(JobRefusal.Invalid, $"the idempotency token has {request.Token.Length} characters; at most {MaxTokenLength} are allowed");
        }

        if (request.Document is not { } document)
        {
            throw new JobRefusedException(JobRefusal.Invalid, "the request has no job: send {\"Job\": {…}}");
        }

        var reading = JobReader.Read(document);
        if (reading.Readable is not { } submitted)
        {
            throw new JobRefusedException(JobRefusal.Unreadable, reading.Problems);
        }

        var check = JobIntake.Check(submitted, reading.Given, options.Defaults, options.Rules);
        if (!reading.Problems.IsEmpty)
        {
            throw new JobRefusedException(JobRefusal.Unreadable, [.. reading.Problems, .. reading.WithoutConsequences(check.Problems)]);
        }

        if (!check.Problems.IsEmpty)
        {
            throw new JobRefusedException(
                check.Problems.All(problem => problem.FoundWhenStored) ? JobRefusal.InvalidWhenStored : JobRefusal.Invalid, check.Problems);
        }

        var origin = new JobOrigin
        {
            Orchestrator = options.Orchestrator,
            ServerInstance = options.Instance,
            ClientInstance = request.ClientInstance,
            ClientInstallation = request.ClientInstallation,
        };
        var id = options.Ids.NextJobId();
        var spec = origin.Stamp(check.Spec, id);
        ImmutableArray<string> warnings = [.. check.Warnings.Concat(reading.UnknownFields).Select(warning => warning.ToString())];
        return new CheckedJob(id, spec, SpecDocument.Of(spec), SpecDocument.Of(submitted).Digest, warnings);
    }

    private static JobRefusedException NameInUse(StoredJob existing, CheckedJob job, bool force) =>
        !force && WithoutServerMeta(SpecDocument.Of(existing.Spec).Read()).Digest == WithoutServerMeta(job.Spec).Digest
            ? new JobRefusedException(
                JobRefusal.Unchanged,
                $"no changes detected: job {existing.Name} exists as {existing.Id} and is the same",
                "Give the job another name to run it once more.")
            : new JobRefusedException(
                JobRefusal.NotSupported,
                $"job {existing.Name} exists as {existing.Id}; updating a job is not part of this release yet",
                "Give the job another name.");

    private static SpecDocument WithoutServerMeta(JobSpec spec) => SpecDocument.Of(spec with
    {
        Meta = spec.Meta.RemoveRange(spec.Meta.Keys.Where(key => key.StartsWith(JobSanitation.ReservedMetaPrefix, StringComparison.Ordinal))),
    });
}
