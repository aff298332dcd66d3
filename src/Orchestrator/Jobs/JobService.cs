using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>What clients do with jobs: the methods behind the endpoints. An answer is given when the change is on disk.</summary>
public sealed class JobService(StateWriter writer, JobServiceOptions options)
{
    /// <summary>Longest idempotency token, in characters.</summary>
    public const int MaxTokenLength = 256;

    /// <summary>Takes a job in, as a new one or as a new version of the one that has its name.</summary>
    /// <exception cref="JobRefusedException">The job is not accepted; nothing is stored.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be stored now.</exception>
    public async Task<PutJobResponse> SubmitAsync(JobSubmitRequest request, CancellationToken cancellationToken)
    {
        return await writer.RunAsync(new AcceptJob(Check(request), request.Token, request.Force), cancellationToken);
    }

    /// <summary>Compares a job with the stored one of its name, and stores nothing.</summary>
    /// <exception cref="JobRefusedException">The job would not be accepted, or there is none of its name.</exception>
    public DiffJobResponse Diff(JobSubmitRequest request, JobQueries queries)
    {
        var job = Check(request);
        if (string.IsNullOrWhiteSpace(job.Spec.Name) || job.Spec.Name == job.Id.Value)
        {
            throw new JobRefusedException(JobRefusal.Invalid, "a job that is compared needs a name: by it the stored job is found");
        }

        var stored = queries.JobByName(job.Spec.Namespace, job.Spec.Name)
            ?? throw new JobRefusedException(JobRefusal.NotFound, $"job not found: there is none named {job.Spec.Name} in namespace {job.Spec.Namespace}");
        return new DiffJobResponse(JobDiff.Of(SpecDocument.Of(stored.Spec).Read(), job.Spec).Text, job.Warnings.IsEmpty ? null : job.Warnings);
    }

    /// <summary>Runs a stored version of a job again, as its next version.</summary>
    /// <param name="id">The job.</param>
    /// <param name="version">The version; 0 for the latest.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="JobRefusedException">There is no such job or version, or it waits to run already.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be stored now.</exception>
    public Task<RerunJobResponse> RerunAsync(JobId id, long version, CancellationToken cancellationToken) =>
        writer.RunAsync(new RerunJob(id, version), cancellationToken);

    /// <summary>Stops a job.</summary>
    /// <param name="id">The job.</param>
    /// <param name="reason">Why, for people; empty for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Id of the change; empty when the job was stopped before.</returns>
    /// <exception cref="JobRefusedException">There is no such job, or it has ended otherwise.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be stored now.</exception>
    public Task<string> StopAsync(JobId id, string reason, CancellationToken cancellationToken) =>
        writer.RunAsync(new StopJob(id, reason), cancellationToken);

    /// <summary>Deletes a job that is over, with its versions, executions, history and logs, piece by piece. Returns when nothing of it can be seen any more.</summary>
    /// <exception cref="JobRefusedException">There is no such job, or it, or something of it on a node, has not ended.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be deleted now; what is left of it goes when it is asked for again, or is old.</exception>
    public async Task DeleteAsync(JobId id, CancellationToken cancellationToken)
    {
        if (!await writer.RunAsync(new DeleteJob(id), cancellationToken))
        {
            throw new JobRefusedException(JobRefusal.NotFound, $"job not found: {id}");
        }

        // Whoever asked may be gone meanwhile; half a job is of no use to anybody.
        while (await writer.RunAsync(new DeleteJob(id), CancellationToken.None))
        {
        }
    }

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
        var (limited, cut) = NamespaceQuotas.CutPriority(check.Spec, options.Quotas);
        var spec = origin.Stamp(limited, id);
        ImmutableArray<string> warnings = [.. check.Warnings.Concat(cut is null ? [] : [cut]).Concat(reading.UnknownFields).Select(warning => warning.ToString())];
        return new CheckedJob(id, spec, SpecDocument.Of(spec), SpecDocument.Of(submitted).Digest, warnings);
    }
}
