using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.TestKit.Engines;

/// <summary>Where a program of the fake engine fails.</summary>
public enum FakeFailure
{
    /// <summary>Nowhere.</summary>
    Nowhere,

    /// <summary>The engine refuses the task.</summary>
    Refusal,

    /// <summary>Preparing throws.</summary>
    Prepare,

    /// <summary>It cannot start.</summary>
    Start,

    /// <summary>A fault ends it after it has run.</summary>
    Run,
}

/// <summary>A program of the fake engine.</summary>
/// <param name="Program">What it does.</param>
/// <param name="FailAt">Where it fails.</param>
public sealed record FakeProgram(EngineProgram Program, FakeFailure FailAt = FakeFailure.Nowhere)
{
    /// <summary>Age from which its health check passes.</summary>
    public TimeSpan HealthyFrom { get; init; }

    /// <summary>Age from which its health check fails.</summary>
    public TimeSpan HealthyUntil { get; init; } = TimeSpan.MaxValue;

    /// <summary>How long preparing it takes, as fetching an image does.</summary>
    public TimeSpan PrepareFor { get; init; }

    /// <summary>A program that prints, runs for a while on the engine's clock, and ends.</summary>
    public static FakeProgram Of(TimeSpan runFor = default, int exitCode = 0, FakeFailure failAt = FakeFailure.Nowhere, string output = "")
    {
        var steps = ImmutableArray.CreateBuilder<ProgramStep>();
        if (output.Length > 0)
        {
            steps.Add(new ProgramStep.Out(output));
        }

        if (runFor > TimeSpan.Zero)
        {
            steps.Add(new ProgramStep.Wait(runFor));
        }

        steps.Add(failAt == FakeFailure.Run ? new ProgramStep.Crash() : new ProgramStep.Exit(exitCode));
        return new FakeProgram(new EngineProgram(steps.ToImmutable()), failAt);
    }

    /// <summary>
    /// Reads a program from a task's engine parameters, all optional: <c>RunForMillis</c>, <c>ExitCode</c>, <c>FailAt</c>, <c>Output</c>, <c>PrepareMillis</c>,
    /// <c>HealthyFromMillis</c>, <c>HealthyUntilMillis</c>. <c>LingerMillis</c> is how long it goes on when asked to end, <c>Partition</c> the one that alone ends
    /// with the code, at once. <c>Lines</c> makes a program that prints so many lines, one a second.
    /// </summary>
    public static FakeProgram FromParameters(TaskSpec task)
    {
        var parameters = task.Engine?.Params ?? ImmutableSortedDictionary<string, JsonElement>.Empty;
        var time = TimeSpan.FromMilliseconds(NumberOf(parameters, "RunForMillis") ?? 0);
        var code = (int)(NumberOf(parameters, "ExitCode") ?? 0);
        var failAt = parameters.TryGetValue("FailAt", out var at) ? Enum.Parse<FakeFailure>(at.GetString()!) : FakeFailure.Nowhere;
        if (NumberOf(parameters, "LingerMillis") is { } linger)
        {
            return new FakeProgram(EngineProgram.Of(new ProgramStep.Linger(time, TimeSpan.FromMilliseconds(linger), code)));
        }

        if (NumberOf(parameters, "Partition") is { } partition)
        {
            var exit = new ProgramStep.ExitIf("BACALHAU_PARTITION_INDEX", partition.ToString(CultureInfo.InvariantCulture), code);
            return new FakeProgram(EngineProgram.Of(exit, new ProgramStep.Wait(time)));
        }

        if (NumberOf(parameters, "Lines") is { } lines)
        {
            return new FakeProgram(new EngineProgram(
                [.. Enumerable.Range(0, (int)lines).SelectMany(i => new ProgramStep[] { new ProgramStep.Out($"{i}\n"), new ProgramStep.Wait(TimeSpan.FromSeconds(1)) })]));
        }

        return Of(time, code, failAt, parameters.TryGetValue("Output", out var output) ? output.GetString()! : "") with
        {
            PrepareFor = TimeSpan.FromMilliseconds(NumberOf(parameters, "PrepareMillis") ?? 0),
            HealthyFrom = TimeSpan.FromMilliseconds(NumberOf(parameters, "HealthyFromMillis") ?? 0),
            HealthyUntil = NumberOf(parameters, "HealthyUntilMillis") is { } until ? TimeSpan.FromMilliseconds(until) : TimeSpan.MaxValue,
        };
    }

    private static long? NumberOf(ImmutableSortedDictionary<string, JsonElement> parameters, string name) =>
        parameters.TryGetValue(name, out var value) ? value.GetInt64() : null;
}
