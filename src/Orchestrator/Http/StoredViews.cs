using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Shows what is stored as the API does (spec: job-model.md §1, §5, §8).</summary>
internal static class StoredViews
{
    private const int NotKnown = -1;
    private static readonly AllocatedResourcesView _noResources = new(ImmutableSortedDictionary<string, ResourcesView>.Empty);

    /// <summary>A job, with its state.</summary>
    public static JsonElement Of(StoredJob job) => Of(job, job.State, job.Message, job.Revision, job.ModifiedAt);

    /// <summary>A job as it was when its version was submitted, which is what executions show of their job.</summary>
    public static JsonElement AsSubmitted(StoredJob job) => Of(job, JobState.Pending, "", 1, job.SubmittedAt);

    /// <summary>An execution.</summary>
    /// <param name="stored">The execution.</param>
    /// <param name="job">Its job.</param>
    /// <param name="document">Its job's version as it was submitted.</param>
    /// <param name="progress">How far it has come; null if nothing is known of that.</param>
    public static ExecutionView Of(StoredExecution stored, StoredJob job, JsonElement document, ExecutionProgress? progress)
    {
        var execution = stored.Execution;
        return new ExecutionView(
            execution.Id.Value,
            job.Namespace,
            EvaluationOf(execution),
            "",
            execution.Node.Value,
            job.Id.Value,
            document,
            execution.JobVersion,
            _noResources,
            new ExecutionStateView((int)execution.Desired, NullIfEmpty(execution.DesiredMessage)),
            new ExecutionStateView((int)execution.State, NullIfEmpty(execution.Message)),
            Of(stored.PublishedResult),
            Of(stored.Output, execution.State),
            "",
            "",
            "",
            IsByNode(document) ? 0 : execution.Partition,
            execution.Revision,
            PublicTime.Nanoseconds(execution.CreatedAt),
            PublicTime.Nanoseconds(execution.ModifiedAt),
            execution.IsEnded || execution.Phase == ExecutionPhase.None ? null : PhaseName(execution.Phase),
            progress is null ? null : new ProgressView(progress.Step, progress.Done, progress.Total, progress.Unit),
            execution.Choice.Length == 0 && execution.Inputs is null ? null : new NodeChoiceView(execution.Inputs?.Here ?? 0, execution.Inputs?.Moved ?? 0, execution.Choice));
    }

    /// <summary>Where a result lies, as an execution shows it: without the list of its files.</summary>
    public static PublishedResultView Of(PublishedResult? result) => result is null
        ? new PublishedResultView("")
        : new PublishedResultView(result.Type, result.Params.IsEmpty ? null : result.Params, Metadata: Of(result.Metadata, withFiles: false));

    /// <summary>Where a result lies, as it is listed.</summary>
    public static PublishedResultView Of(StoredResult stored) => Of(stored.Result) with
    {
        ExecutionID = stored.Execution.Value,
        Metadata = Of(stored.Result.Metadata, withFiles: true),
    };

    /// <summary>What a result is made of; null for not known.</summary>
    public static ResultMetadataView? Of(ResultMetadata? metadata, bool withFiles) => metadata is null ? null : new ResultMetadataView(
        metadata.Files,
        metadata.Bytes,
        metadata.ArchiveSha256.Length == 0 ? null : metadata.ArchiveBytes,
        NullIfEmpty(metadata.ArchiveSha256),
        withFiles ? [.. metadata.Listed.Select(file => new ResultFileView(file.Path, file.Bytes, file.Sha256))] : null);

    /// <summary>An event of a job's history.</summary>
    /// <param name="stored">The event.</param>
    /// <param name="job">Its job.</param>
    /// <param name="forOldClient">Whether the empty states are added that clients before 1.5 read.</param>
    public static HistoryEventView Of(StoredEvent stored, StoredJob job, bool forOldClient)
    {
        var happened = stored.Event;
        var isOfJob = happened.Execution is null;
        JsonElement? emptyState = forOldClient ? JsonElement.Parse("{}") : null;
        return new HistoryEventView(
            stored.SeqNum,
            isOfJob ? HistoryEventView.JobLevel : HistoryEventView.ExecutionLevel,
            job.Id.Value,
            stored.Version,
            happened.Execution?.Value,
            new EventView(happened.Message, happened.Topic, happened.Timestamp, happened.Details.IsEmpty ? null : happened.Details),
            happened.Timestamp,
            isOfJob ? emptyState : null,
            isOfJob ? null : emptyState);
    }

    private static JsonElement Of(StoredJob job, JobState state, string message, long revision, DateTimeOffset modifiedAt) => JobDocument.Of(
        new SpecDocument(job.Spec, job.SpecDigest),
        new JobServerFields(
            job.Id.Value,
            new JobStateView(state.ToString(), NullIfEmpty(message)),
            job.Version,
            revision,
            PublicTime.Nanoseconds(job.CreatedAt),
            PublicTime.Nanoseconds(modifiedAt)));

    /// <summary>The reference names the evaluation that made an execution; ours is made by a plan and shows its own UUID there.</summary>
    private static string EvaluationOf(LiveExecution execution) => execution.Id.Value.StartsWith("e-", StringComparison.Ordinal) ? execution.Id.Value[2..] : "";

    /// <summary>What a program left; one that left nothing and did not complete shows -1, as zero would look like success.</summary>
    private static RunOutputView Of(RunOutput? output, ExecutionState state) => output is null
        ? new RunOutputView(ExitCode: state is ExecutionState.Failed or ExecutionState.Cancelled or ExecutionState.BidRejected ? NotKnown : 0)
        : new RunOutputView(
            Encoding.UTF8.GetString(output.Stdout),
            output.StdoutTruncated,
            Encoding.UTF8.GetString(output.Stderr),
            output.StderrTruncated,
            output.ExitCode,
            output.ErrorMessage);

    private static string PhaseName(ExecutionPhase phase) => phase switch
    {
        ExecutionPhase.Queued => "queued",
        ExecutionPhase.Preparing => "preparing",
        ExecutionPhase.Running => "running",
        ExecutionPhase.Publishing => "publishing",
        ExecutionPhase.Stopping => "stopping",
        _ => "unreachable",
    };

    /// <summary>Executions of jobs that are counted by node have a node's key for a partition, which is nobody else's business.</summary>
    private static bool IsByNode(JsonElement document) =>
        document.TryGetProperty("Type", out var type) && type.GetString() is JobTypes.Ops or JobTypes.Daemon;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
