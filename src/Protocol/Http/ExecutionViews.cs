using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bacalhau.Protocol.Http;

/// <summary>What a program left behind; note the lower-case <c>stderr</c> (spec: job-model.md §5).</summary>
public sealed record RunOutputView(
    string Stdout = "",
    bool StdoutTruncated = false,
    [property: JsonPropertyName("stderr")] string Stderr = "",
    bool StderrTruncated = false,
    int ExitCode = 0,
    string ErrorMsg = "");

/// <summary>How far a long step has come; <c>Unit</c> is <c>bytes</c> or <c>items</c>, <c>Total</c> 0 if unknown.</summary>
public sealed record ProgressView(string Step, long Done, long Total, string Unit);

/// <summary>Why an execution is on its node, with the bytes of input that were there and that had to move.</summary>
public sealed record NodeChoiceView(long BytesLocal, long BytesMoved, string Reason);

/// <summary>
/// One execution as the API shows it: the reference's keys in its order, then our additions, which are absent when empty.
/// <c>Job</c> is the job as it was when the execution was made; times are nanoseconds since 1970.
/// </summary>
public sealed record ExecutionView(
    string ID,
    string Namespace,
    string EvalID,
    string Name,
    string NodeID,
    string JobID,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Job,
    long JobVersion,
    AllocatedResourcesView AllocatedResources,
    ExecutionStateView DesiredState,
    ExecutionStateView ComputeState,
    PublishedResultView PublishedResult,
    RunOutputView RunOutput,
    string PreviousExecution,
    string NextExecution,
    string FollowupEvalID,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int PartitionIndex,
    long Revision,
    long CreateTime,
    long ModifyTime,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Phase = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ProgressView? Progress = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NodeChoiceView? NodeChoice = null);

/// <summary>Answer of <c>GET …/executions</c>.</summary>
public sealed record ExecutionListView(string NextToken, ImmutableArray<ExecutionView> Items);

/// <summary>Answer of <c>GET …/results</c>: where each completed execution's result lies.</summary>
public sealed record ResultListView(string NextToken, ImmutableArray<PublishedResultView> Items);

/// <summary>Answer of <c>GET …/results/{execution}/files</c>: the files of a result that lies file by file in a bucket.</summary>
public sealed record ResultFilesView(ImmutableArray<AddressedFileView> Items);

/// <summary>A file of a result: path below it, length in bytes, and an address that needs no credentials and is good for a while.</summary>
public sealed record AddressedFileView(string Path, long Bytes, string URL);
