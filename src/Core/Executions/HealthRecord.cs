using System.Globalization;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Executions;

/// <summary>What the health checks of one execution have found since its program was started or taken up, and what that means.</summary>
/// <param name="Check">The check, as its task gives it.</param>
public sealed record HealthRecord(HealthCheckSpec Check)
{
    /// <summary>Until the first check passes, looks are at most this far apart, so that a program that is soon ready is soon known to be.</summary>
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);

    /// <summary>Whether a check has passed yet.</summary>
    public bool HasPassed { get; private init; }

    /// <summary>Checks that failed in a row.</summary>
    public int Failures { get; private init; }

    /// <summary>What the last check that failed said.</summary>
    public string LastError { get; private init; } = "";

    /// <summary>Time between two checks.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(Check.Interval > 0 ? Math.Min(Check.Interval, 86_400) : 10);

    /// <summary>Time after which a check has failed.</summary>
    public TimeSpan Timeout => TimeSpan.FromSeconds(Check.Timeout > 0 ? Math.Min(Check.Timeout, 86_400) : 5);

    /// <summary>Checks in a row that must fail.</summary>
    public int Retries => Check.Retries > 0 ? Check.Retries : 3;

    /// <summary>Time until the next check.</summary>
    public TimeSpan Pause => HasPassed || Interval < _firstPause ? Interval : _firstPause;

    /// <summary>A check has passed.</summary>
    public HealthRecord Passed() => this with { HasPassed = true, Failures = 0 };

    /// <summary>A check has failed.</summary>
    public HealthRecord Failed(string error) => this with { Failures = Failures + 1, LastError = error };

    /// <summary>
    /// Why the program is unhealthy; null if it is not. It is when its checks failed as often in a row as its task allows; before the first one passes, when it had
    /// as much time as that many checks take.
    /// </summary>
    /// <param name="age">Time since the checks began.</param>
    public ExecutionProblem? FindProblem(TimeSpan age)
    {
        var isUnhealthy = Failures > 0 && (HasPassed ? Failures >= Retries : age >= Interval * Retries);
        var since = HasPassed ? "in a row" : string.Create(CultureInfo.InvariantCulture, $"and never passed in {(long)age.TotalSeconds} s");
        var times = Failures == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{Failures} times");
        return !isUnhealthy ? null : new ExecutionProblem(
            "Health:Unhealthy",
            $"the program was stopped as unhealthy: its {Name} failed {times} {since}; the last time: {LastError}",
            "See in its log what the program did; HealthCheck.Interval and Retries say how much time it has.");
    }

    private string Name => Check.Type switch
    {
        "exec" => $"exec check '{string.Join(' ', Check.Command)}'",
        "http" => string.Create(CultureInfo.InvariantCulture, $"http check of port {Check.Port}{(Check.Path.Length > 0 ? Check.Path : "/")}"),
        var type => string.Create(CultureInfo.InvariantCulture, $"{type} check of port {Check.Port}"),
    };
}
