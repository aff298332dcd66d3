using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bacalhau.Protocol.Http;

/// <summary>Body of <c>PUT /jobs</c>; <c>Job</c> is the job document of <c>spec/job-model.md</c> §1.</summary>
public sealed record PutJobRequest(
    JsonElement? Job,
    bool Force = false,
    string? IdempotencyToken = null,
    string? Namespace = null,
    JsonElement? Credential = null);

/// <summary>Answer of <c>PUT /jobs</c>; no warnings are <c>null</c>, as in the reference.</summary>
public sealed record PutJobResponse(string JobID, string EvaluationID, ImmutableArray<string>? Warnings = null);

/// <summary>Body of <c>PUT /jobs/diff</c>.</summary>
public sealed record DiffJobRequest(JsonElement? Job);

/// <summary>Answer of <c>PUT /jobs/diff</c>; no difference is the empty text.</summary>
public sealed record DiffJobResponse(string Diff, ImmutableArray<string>? Warnings = null);

/// <summary>Answer of <c>GET /jobs/{id}</c>; the two lists only when asked for by <c>include</c>.</summary>
public sealed record GetJobResponse(
    JsonElement Job,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] HistoryListView? History = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExecutionListView? Executions = null);

/// <summary>Answer of <c>GET /jobs</c> and <c>GET …/versions</c>: job documents.</summary>
public sealed record JobListView(string NextToken, ImmutableArray<JsonElement> Items);

/// <summary>Body of <c>DELETE /jobs/{id}</c>.</summary>
public sealed record StopJobRequest([property: JsonPropertyName("reason")] string? Reason = null);

/// <summary>Answer of <c>DELETE /jobs/{id}</c>; empty when the job was stopped before.</summary>
public sealed record StopJobResponse(string EvaluationID);

/// <summary>Answer of <c>PUT /jobs/{id}/delete</c>, which is ours.</summary>
public sealed record DeleteJobResponse(bool Success);

/// <summary>Body of <c>PUT /jobs/{id}/rerun</c>; version 0 is the latest.</summary>
public sealed record RerunJobRequest(long JobVersion = 0, string? Reason = null);

/// <summary>Answer of <c>PUT /jobs/{id}/rerun</c>.</summary>
public sealed record RerunJobResponse(string EvaluationID, string JobID, long JobVersion, ImmutableArray<string>? Warnings = null);

/// <summary>The parts of a job document that lists and waiting clients read; the whole document stays JSON.</summary>
public sealed record JobSummaryView(
    string ID = "",
    string Name = "",
    string Namespace = "",
    string Type = "",
    int Count = 0,
    JobStateView? State = null,
    long Version = 0,
    long Revision = 0,
    long CreateTime = 0,
    long ModifyTime = 0,
    ImmutableArray<TaskSummaryView>? Tasks = null,
    ScheduleView? Schedule = null);

/// <summary>When a scheduled job starts others; our addition.</summary>
public sealed record ScheduleView(string Cron = "", string TimeZone = "");

/// <summary>The parts of a task that clients read.</summary>
public sealed record TaskSummaryView(string Name = "", SpecConfigView? Engine = null, SpecConfigView? Publisher = null);
