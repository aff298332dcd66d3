using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>
/// What a person asks for: the job as it is written in a job file and sent to the API, without the fields that the server owns.
/// A property that was not given reads as its empty value.
/// </summary>
public sealed record JobSpec
{
    /// <summary>Logical name, unique in the namespace; the job's id when empty.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Namespace; <c>default</c> after normalisation when empty.</summary>
    public string Namespace { get => field ?? ""; init; }

    /// <summary><c>batch</c>, <c>ops</c>, <c>service</c> or <c>daemon</c>, as written; validation refuses anything else.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>Scheduling priority, higher first.</summary>
    public int Priority { get; init; }

    /// <summary>Number of partitions (batch) or replicas (service); null when not given.</summary>
    public int? Count { get; init; }

    /// <summary>Selector over node labels; all must hold.</summary>
    public ImmutableArray<LabelRequirement> Constraints { get => field.IsDefault ? [] : field; init; }

    /// <summary>Free annotations; keys starting with <c>bacalhau.org/</c> are the server's.</summary>
    public ImmutableSortedDictionary<string, string> Meta { get => field ?? TextMap.Empty; init; }

    /// <summary>Labels by which jobs are listed.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get => field ?? TextMap.Empty; init; }

    /// <summary>The tasks, 1 to 16; today exactly one.</summary>
    public ImmutableArray<TaskSpec> Tasks { get => field.IsDefault ? [] : field; init; }

    /// <summary>How often and how soon a failed partition is tried again; null for the type's default.</summary>
    public RetryPolicy? RetryPolicy { get; init; }

    /// <summary>At most this many executions of the job at once; 0 for no limit.</summary>
    public int MaxConcurrency { get; init; }

    /// <summary><c>pack</c> or <c>spread</c>: how partitions share nodes; empty for the type's default.</summary>
    public string Placement { get => field ?? ""; init; }

    /// <summary><c>prefer</c>, <c>require</c> or <c>ignore</c>: what data that is on a node counts; empty for <c>prefer</c>.</summary>
    public string Locality { get => field ?? ""; init; }

    /// <summary>Seconds for which a busy node that holds the data is waited for; null to derive it from how long the data would take to move.</summary>
    public long? LocalityWait { get; init; }

    /// <summary>What silence of a node means for its executions; null for the defaults.</summary>
    public DisconnectPolicy? Disconnect { get; init; }

    /// <summary>How a new version replaces the old one, in service and daemon jobs; null for the defaults.</summary>
    public RolloutPolicy? Rollout { get; init; }

    /// <summary>When jobs are started from this one, which has no executions of its own then; null for a job that runs at once.</summary>
    public JobSchedule? Schedule { get; init; }
}

/// <summary>One program of a job, with its inputs and results.</summary>
public sealed record TaskSpec
{
    /// <summary>Name, unique in the job.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Engine that runs the program, and its parameters; null when not given.</summary>
    public SpecConfig? Engine { get; init; }

    /// <summary>Where results go; an empty type publishes nothing.</summary>
    public SpecConfig? Publisher { get; init; }

    /// <summary>Environment variables; a value <c>env:NAME</c> is taken from the node.</summary>
    public ImmutableSortedDictionary<string, string> Env { get => field ?? TextMap.Empty; init; }

    /// <summary>Free annotations.</summary>
    public ImmutableSortedDictionary<string, string> Meta { get => field ?? TextMap.Empty; init; }

    /// <summary>Data made available to the program before it starts.</summary>
    public ImmutableArray<InputSource> InputSources { get => field.IsDefault ? [] : field; init; }

    /// <summary>Folders of the program whose content is published.</summary>
    public ImmutableArray<ResultPath> ResultPaths { get => field.IsDefault ? [] : field; init; }

    /// <summary>Requested resources, as written.</summary>
    public ResourcesConfig? Resources { get; init; }

    /// <summary>Network the program may use.</summary>
    public NetworkConfig? Network { get; init; }

    /// <summary>Time limits in seconds.</summary>
    public TimeoutConfig? Timeouts { get; init; }

    /// <summary>Seconds from TERM to KILL when the program is stopped; null for 10.</summary>
    public long? StopGrace { get; init; }

    /// <summary>Whether a non-zero exit code fails the execution; null as false.</summary>
    public bool? FailOnNonZeroExit { get; init; }

    /// <summary><c>success</c> (default) or <c>always</c>: when results are published.</summary>
    public string? PublishOn { get; init; }

    /// <summary>How the node finds out whether the program works, in service and daemon jobs; null for no check: it works while it runs.</summary>
    public HealthCheckSpec? HealthCheck { get; init; }
}

/// <summary>A type and its free-form parameters: an engine, an input source or a publisher.</summary>
public sealed record SpecConfig
{
    /// <summary>Type name; compared without case and surrounding blanks.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>Parameters by name; values are JSON.</summary>
    public ImmutableSortedDictionary<string, System.Text.Json.JsonElement> Params
    {
        get => field ?? ImmutableSortedDictionary<string, System.Text.Json.JsonElement>.Empty.WithComparers(StringComparer.Ordinal);
        init;
    }
}

/// <summary>One input: where the data comes from and where the program finds it.</summary>
public sealed record InputSource
{
    /// <summary>Source type and parameters; null when not given.</summary>
    public SpecConfig? Source { get; init; }

    /// <summary>Optional unique name of the input.</summary>
    public string Alias { get => field ?? ""; init; }

    /// <summary>Path at which the program sees the data.</summary>
    public string Target { get => field ?? ""; init; }
}

/// <summary>One result folder.</summary>
public sealed record ResultPath
{
    /// <summary>Name of the folder in the published result.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Absolute path at which the program writes.</summary>
    public string Path { get => field ?? ""; init; }
}

/// <summary>Requested resources as text; empty means not set.</summary>
public sealed record ResourcesConfig
{
    /// <summary>Cores (<c>0.5</c>) or thousandths (<c>500m</c>).</summary>
    public string CPU { get => field ?? ""; init; }

    /// <summary>Bytes with a decimal (<c>mb</c>) or binary (<c>mib</c>) unit.</summary>
    public string Memory { get => field ?? ""; init; }

    /// <summary>Bytes with a decimal or binary unit.</summary>
    public string Disk { get => field ?? ""; init; }

    /// <summary>Number of devices.</summary>
    public string GPU { get => field ?? ""; init; }
}

/// <summary>Network of a task.</summary>
public sealed record NetworkConfig
{
    /// <summary>Kind of network.</summary>
    public NetworkType Type { get; init; }

    /// <summary>Domains reachable in <see cref="NetworkType.HTTP"/>.</summary>
    public ImmutableArray<string> Domains { get => field.IsDefault ? [] : field; init; }

    /// <summary>Port mappings in <see cref="NetworkType.Host"/> and <see cref="NetworkType.Bridge"/>.</summary>
    public ImmutableArray<PortMapping> Ports { get => field.IsDefault ? [] : field; init; }
}

/// <summary>Kinds of network, in the order of the reference's numbers.</summary>
public enum NetworkType
{
    /// <summary>The engine decides.</summary>
    Default,

    /// <summary>No network.</summary>
    None,

    /// <summary>The node's own network.</summary>
    Host,

    /// <summary>Old name of <see cref="Host"/>.</summary>
    Full,

    /// <summary>HTTP to listed domains only.</summary>
    HTTP,

    /// <summary>A private network with a way out.</summary>
    Bridge,
}

/// <summary>One port of a task.</summary>
public sealed record PortMapping
{
    /// <summary>Name, part of an environment variable.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>Port on the node; 0 to have one chosen.</summary>
    public int Static { get; init; }

    /// <summary>Port in the program; 0 for the same as on the node.</summary>
    public int Target { get; init; }

    /// <summary>Address on the node; empty for all.</summary>
    public string HostNetwork { get => field ?? ""; init; }
}

/// <summary>Time limits in seconds; 0 is no limit.</summary>
public sealed record TimeoutConfig
{
    /// <summary>Longest run of one execution.</summary>
    public long ExecutionTimeout { get; init; }

    /// <summary>Longest wait for a node.</summary>
    public long QueueTimeout { get; init; }

    /// <summary>Longest life of the job version.</summary>
    public long TotalTimeout { get; init; }

    /// <summary>Longest time for bringing inputs and image to a node; no part of <see cref="ExecutionTimeout"/>.</summary>
    public long PrepareTimeout { get; init; }

    /// <summary>Longest time for publishing the results, all attempts together; 0 for 600.</summary>
    public long PublishTimeout { get; init; }
}

/// <summary>How a failed partition is tried again. Back-off doubles from the first to the last value.</summary>
public sealed record RetryPolicy
{
    /// <summary>Attempts per partition; 0 for the type's default.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>Seconds before the second attempt; 0 for the default.</summary>
    public int InitialBackoff { get; init; }

    /// <summary>Longest wait in seconds; 0 for the default.</summary>
    public int MaxBackoff { get; init; }
}

/// <summary>What silence of a node means for the executions on it; seconds, null for the default.</summary>
public sealed record DisconnectPolicy
{
    /// <summary>Silence of a node after which its executions are replaced; the least and default is <c>NodeManager.DisconnectTimeout</c>.</summary>
    public long? ReplaceAfter { get; init; }

    /// <summary>Time without an orchestrator after which the node itself stops the execution; null for never.</summary>
    public long? StopAfter { get; init; }
}

/// <summary>How a new version replaces the old one.</summary>
public sealed record RolloutPolicy
{
    /// <summary>Executions that may run beside those they replace; null for 0.</summary>
    public int? MaxSurge { get; init; }

    /// <summary>Executions that may be missing at once; null for 1, or 0 with a surge.</summary>
    public int? MaxUnavailable { get; init; }

    /// <summary>Seconds for which a new execution must be healthy before the next one is replaced; null for 10.</summary>
    public long? HealthyAfter { get; init; }

    /// <summary>Whether a new version of which an execution fails before all are replaced gives way to the one before.</summary>
    public bool AutoRollback { get; init; }
}

/// <summary>When jobs are started from a scheduled one.</summary>
public sealed record JobSchedule
{
    /// <summary>
    /// Cron expression of five fields (minute, hour, day of month, month, day of week), or a macro as <c>@daily</c>. With both a day of month and a
    /// day of week, both must hold.
    /// </summary>
    public string Cron { get => field ?? ""; init; }

    /// <summary>IANA time zone, as <c>Europe/Berlin</c>; empty for UTC.</summary>
    public string TimeZone { get => field ?? ""; init; }

    /// <summary><c>skip</c> (default), <c>queue</c> or <c>replace</c>: what becomes of a firing while the job of an earlier one is not over.</summary>
    public string Overlap { get => field ?? ""; init; }
}

/// <summary>How a node finds out whether a program works.</summary>
public sealed record HealthCheckSpec
{
    /// <summary><c>http</c>, <c>tcp</c> or <c>exec</c>.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>Port in the program, for http and tcp.</summary>
    public int Port { get; init; }

    /// <summary>Path asked for, for http; empty for <c>/</c>.</summary>
    public string Path { get => field ?? ""; init; }

    /// <summary>Program and arguments run beside the task, for exec.</summary>
    public ImmutableArray<string> Command { get => field.IsDefault ? [] : field; init; }

    /// <summary>Seconds between checks; 0 for 10.</summary>
    public long Interval { get; init; }

    /// <summary>Seconds after which a check has failed; 0 for 5.</summary>
    public long Timeout { get; init; }

    /// <summary>Checks in a row that must fail before the execution is unhealthy; 0 for 3.</summary>
    public int Retries { get; init; }
}

/// <summary>One requirement on labels (spec: job-model.md §4).</summary>
public sealed record LabelRequirement
{
    /// <summary>Label key.</summary>
    public string Key { get => field ?? ""; init; }

    /// <summary>Operator token: <c>in notin = == != exists ! gt lt</c>.</summary>
    public string Operator { get => field ?? ""; init; }

    /// <summary>Values that the operator needs.</summary>
    public ImmutableArray<string> Values { get => field.IsDefault ? [] : field; init; }
}
