using System.Collections.Immutable;
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

    /// <summary>Reads a program from a task's engine parameters: <c>RunForMillis</c>, <c>ExitCode</c>, <c>FailAt</c>, <c>Output</c>, <c>HealthyFromMillis</c>,
    /// <c>HealthyUntilMillis</c>, all optional.</summary>
    public static FakeProgram FromParameters(TaskSpec task)
    {
        var parameters = task.Engine?.Params ?? ImmutableSortedDictionary<string, JsonElement>.Empty;
        return Of(
            TimeSpan.FromMilliseconds(parameters.TryGetValue("RunForMillis", out var millis) ? millis.GetInt64() : 0),
            parameters.TryGetValue("ExitCode", out var code) ? code.GetInt32() : 0,
            parameters.TryGetValue("FailAt", out var at) ? Enum.Parse<FakeFailure>(at.GetString()!) : FakeFailure.Nowhere,
            parameters.TryGetValue("Output", out var output) ? output.GetString()! : "") with
        {
            HealthyFrom = TimeSpan.FromMilliseconds(parameters.TryGetValue("HealthyFromMillis", out var from) ? from.GetInt64() : 0),
            HealthyUntil = parameters.TryGetValue("HealthyUntilMillis", out var until) ? TimeSpan.FromMilliseconds(until.GetInt64()) : TimeSpan.MaxValue,
        };
    }
}
