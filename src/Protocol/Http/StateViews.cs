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
