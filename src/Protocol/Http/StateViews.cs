using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bacalhau.Protocol.Http;

/// <summary>State of a job on the wire: its name, and why (spec: job-model.md §1.1).</summary>
public sealed record JobStateView(
    string StateType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedDictionary<string, string>? Details = null);

/// <summary>Wished or observed state of an execution on the wire: its number, and why (spec: job-model.md §5).</summary>
public sealed record ExecutionStateView(
    int StateType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedDictionary<string, string>? Details = null);

/// <summary>A type and its parameters, as in published results; no parameters are left out, never <c>{}</c>.</summary>
public sealed record SpecConfigView(
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedDictionary<string, JsonElement>? Params = null);

/// <summary>Where a result lies: a type and its parameters as in the reference, then our additions, which are absent when not known.</summary>
/// <param name="Type">Kind of place.</param>
/// <param name="Params">The place; left out when empty, never <c>{}</c>.</param>
/// <param name="ExecutionID">The execution whose result it is; only in lists of results, as an execution says it of itself.</param>
/// <param name="Metadata">What lies there.</param>
public sealed record PublishedResultView(
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedDictionary<string, JsonElement>? Params = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ExecutionID = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ResultMetadataView? Metadata = null);

/// <summary>What a published result is made of.</summary>
/// <param name="Files">Number of files; folders and links are not counted.</param>
/// <param name="Bytes">Bytes of all files together.</param>
/// <param name="ArchiveBytes">Bytes of the archive that holds them; absent if there is none.</param>
/// <param name="ArchiveSHA256">SHA-256 of the archive, lower-case hex; absent if there is none.</param>
/// <param name="FileList">The first files by their paths, all of them if there are as many as <paramref name="Files"/>; only in lists of results.</param>
public sealed record ResultMetadataView(
    long Files,
    long Bytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ArchiveBytes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ArchiveSHA256 = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<ResultFileView>? FileList = null);

/// <summary>A file of a published result: path below the result, length in bytes, SHA-256 in lower-case hex.</summary>
public sealed record ResultFileView(string Path, long Bytes, string SHA256);

/// <summary>Amounts as the API shows them: cores, bytes, bytes, devices. Zero is left out.</summary>
public sealed record ResourcesView(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] double CPU = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Memory = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Disk = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long GPU = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<GpuView>? GPUs = null);

/// <summary>One graphics device of a node; memory in MiB.</summary>
public sealed record GpuView(long Index, string Name, string Vendor, long Memory, string PCIAddress);

/// <summary>Resources of an execution by task name.</summary>
public sealed record AllocatedResourcesView(ImmutableSortedDictionary<string, ResourcesView> Tasks);
