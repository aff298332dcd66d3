using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>Derives what a job demands of nodes from its spec.</summary>
public static class JobDemands
{
    /// <summary>Start of the key of a constraint that only ranks nodes.</summary>
    public const string PreferencePrefix = "favour_";

    /// <summary>Key in the Meta of a job that a scheduled one started: the id of that one.</summary>
    public const string ScheduleParentKey = "bacalhau.org/schedule.parent";

    /// <summary>Attempts per partition of a batch job that gives no retry policy.</summary>
    public const int DefaultMaxAttempts = 3;

    private static readonly TimeSpan _defaultInitialBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _defaultMaxBackoff = TimeSpan.FromSeconds(60);

    /// <summary>The demand of a spec that was normalised and passed validation; throws when its resources cannot be read.</summary>
    public static JobDemand From(JobSpec spec)
    {
        var kind = KindOf(spec.Type);
        var timeouts = kind.IsLongRunning() ? new TimeoutConfig { QueueTimeout = LongestTimeouts(spec).QueueTimeout } : LongestTimeouts(spec);
        return new JobDemand
        {
            Kind = kind,
            Count = kind.IsByNode() || spec.Schedule is not null ? 0 : spec.Count ?? 1,
            MaxConcurrency = spec.MaxConcurrency,
            Spreads = spec.Placement.Length == 0 ? kind == JobKind.Service : spec.Placement == "spread",
            PrefersEmpty = spec.Placement.Length == 0 && !DataNeeds.Of(spec).IsEmpty,
            ReplaceAfter = Seconds(spec.Disconnect?.ReplaceAfter ?? 0),
            Rollout = RolloutRules.Of(spec.Rollout),
            Schedule = spec.Schedule,
            Parent = spec.Meta.TryGetValue(ScheduleParentKey, out var parent) ? new JobId(parent) : null,
            Priority = spec.Priority,
            Amount = spec.Tasks.Aggregate(ResourceAmount.Zero, (sum, task) => sum + AmountOf(task.Resources)),
            Engine = spec.Tasks.IsEmpty ? "" : TypeOf(spec.Tasks[0].Engine),
            Publisher = spec.Tasks.Select(task => TypeOf(task.Publisher)).FirstOrDefault(type => type.Length > 0, ""),
            InputSources = InputTypes(spec),
            Data = DataNeeds.Of(spec),
            RequiresData = spec.Locality == LocalityModes.Require,
            LocalityWait = spec.LocalityWait is { } wait ? Seconds(wait) : null,
            Constraints = spec.Constraints.RemoveAll(IsPreference),
            Preferences =
            [
                .. spec.Constraints.Where(IsPreference).Select(preference => preference with { Key = preference.Key[PreferencePrefix.Length..] }),
            ],
            NeedsHostNetwork = spec.Tasks.Any(task => task.Network?.Type is NetworkType.Host or NetworkType.Full),
            MaxAttempts = spec.RetryPolicy is { MaxAttempts: > 0 } attempts ? attempts.MaxAttempts : DefaultAttempts(kind),
            InitialBackoff = InitialBackoffOf(spec.RetryPolicy),
            MaxBackoff = MaxBackoffOf(spec.RetryPolicy),
            ExecutionTimeout = Seconds(timeouts.ExecutionTimeout > 0 ? timeouts.ExecutionTimeout : timeouts.TotalTimeout),
            QueueTimeout = Seconds(timeouts.QueueTimeout),
            TotalTimeout = Seconds(timeouts.TotalTimeout),
        };
    }

    /// <summary>The room that resources as written take; what is not given takes none. Throws when one cannot be read.</summary>
    public static ResourceAmount AmountOf(ResourcesConfig? resources)
    {
        if (resources is null)
        {
            return ResourceAmount.Zero;
        }

        return ResourceText.TryParseCpu(resources.CPU, out var cpu)
            && ResourceText.TryParseBytes(resources.Memory, out var memory)
            && ResourceText.TryParseBytes(resources.Disk, out var disk)
            && ResourceText.TryParseGpus(resources.GPU, out var gpus)
            ? new ResourceAmount(cpu, memory, disk, gpus)
            : throw new ArgumentException($"the resources {resources} were not validated", nameof(resources));
    }

    private static JobKind KindOf(string type) => type switch
    {
        JobTypes.Service => JobKind.Service,
        JobTypes.Ops => JobKind.Ops,
        JobTypes.Daemon => JobKind.Daemon,
        _ => JobKind.Batch,
    };

    private static int DefaultAttempts(JobKind kind) => kind switch
    {
        JobKind.Batch => DefaultMaxAttempts,
        JobKind.Ops => 1,
        _ => int.MaxValue,
    };

    private static bool IsPreference(LabelRequirement requirement) => requirement.Key.StartsWith(PreferencePrefix, StringComparison.Ordinal);

    private static ImmutableArray<string> InputTypes(JobSpec spec) =>
    [
        .. spec.Tasks.SelectMany(task => task.InputSources).Select(input => TypeOf(input.Source)).Distinct().Order(StringComparer.Ordinal),
    ];

    private static string TypeOf(SpecConfig? config) => (config?.Type ?? "").Trim().ToLowerInvariant();

    private static TimeoutConfig LongestTimeouts(JobSpec spec) => spec.Tasks.Select(task => task.Timeouts ?? new TimeoutConfig()).Aggregate(
        new TimeoutConfig(),
        (longest, timeouts) => new TimeoutConfig
        {
            ExecutionTimeout = Math.Max(longest.ExecutionTimeout, timeouts.ExecutionTimeout),
            QueueTimeout = Math.Max(longest.QueueTimeout, timeouts.QueueTimeout),
            TotalTimeout = Math.Max(longest.TotalTimeout, timeouts.TotalTimeout),
        });

    private static TimeSpan InitialBackoffOf(RetryPolicy? policy) =>
        policy is { InitialBackoff: > 0 } ? Seconds(policy.InitialBackoff) : _defaultInitialBackoff;

    /// <summary>A first wait that is longer than the default last one is kept as both.</summary>
    private static TimeSpan MaxBackoffOf(RetryPolicy? policy) => policy is { MaxBackoff: > 0 }
        ? Seconds(policy.MaxBackoff)
        : TimeSpan.FromTicks(Math.Max(_defaultMaxBackoff.Ticks, InitialBackoffOf(policy).Ticks));

    private static TimeSpan Seconds(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, JobLimits.MaxTimeoutSeconds));
}
