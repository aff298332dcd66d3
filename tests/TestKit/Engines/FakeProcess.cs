using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Logs;
using Bacalhau.Core.Executions;

namespace Bacalhau.TestKit.Engines;

/// <summary>A running program of the fake engine. It belongs to the machine, not to the engine object, so it can outlive its node.</summary>
public sealed class FakeProcess
{
    private readonly List<(OutputStream Stream, byte[] Bytes)> written = [];
    private readonly TaskCompletionSource asked = new();
    private readonly TaskCompletionSource killed = new();
    private readonly EngineRun run;
    private readonly TimeProvider clock;
    private readonly long startedAt;
    private IOutputSink? sink;

    private FakeProcess(EngineRun run, TimeProvider clock)
    {
        this.run = run;
        this.clock = clock;
        sink = run.Output;
        startedAt = clock.GetTimestamp();
    }

    /// <summary>With what it was started.</summary>
    public EngineRun Run => run;

    /// <summary>Time since its start.</summary>
    public TimeSpan Age => clock.GetElapsedTime(startedAt);

    /// <summary>Completes when it has ended, with how; the outcome is Exited or Failed.</summary>
    public Task<EngineExit> Ended { get; private set; } = null!;

    /// <summary>How it has ended; null while it runs.</summary>
    public EngineExit? End { get; private set; }

    /// <summary>Starts a program.</summary>
    internal static FakeProcess Start(EngineRun run, EngineProgram program, TimeProvider clock)
    {
        var process = new FakeProcess(run, clock);
        process.Ended = process.RunToEndAsync(program);
        return process;
    }

    /// <summary>Gives the sink all output so far, and from now on what comes.</summary>
    internal async Task AttachAsync(IOutputSink to)
    {
        sink = null;
        await to.RestartAsync(default);
        for (var i = 0; i < written.Count; i++)
        {
            await to.WriteAsync(written[i].Stream, written[i].Bytes, default);
        }

        sink = to;
    }

    /// <summary>Nobody listens any more; it runs on.</summary>
    internal void Detach() => sink = null;

    /// <summary>Asks it to end, as TERM does.</summary>
    internal void Ask() => asked.TrySetResult();

    /// <summary>Ends it.</summary>
    internal void Kill() => killed.TrySetResult();

    private async Task<EngineExit> RunToEndAsync(EngineProgram program)
    {
        var end = await RunAsync(program);
        End = end;
        return end;
    }

    private async Task<EngineExit> RunAsync(EngineProgram program)
    {
        foreach (var step in program.Steps)
        {
            if (killed.Task.IsCompleted)
            {
                return new EngineExit(EngineOutcome.Exited, 137);
            }

            if (await DoAsync(step, program) is { } end)
            {
                return end;
            }
        }

        return new EngineExit(EngineOutcome.Exited, 0);
    }

    private async Task<EngineExit?> DoAsync(ProgramStep step, EngineProgram program)
    {
        switch (step)
        {
            case ProgramStep.Exit exit:
                return new EngineExit(EngineOutcome.Exited, exit.Code);
            case ProgramStep.Crash:
                return new EngineExit(EngineOutcome.Failed, 134, new ExecutionProblem("Fake:Crash", "The program crashed."));
            case ProgramStep.UseMemory use when use.Bytes > run.Resources.MemoryBytes:
                return new EngineExit(EngineOutcome.Failed, 137, new ExecutionProblem("Fake:OutOfMemory", "Memory limit reached."));
            case ProgramStep.Wait wait:
                return await WaitAsync(wait.Time);
            case ProgramStep.Linger linger:
                return await LingerAsync(linger);
            case ProgramStep.ExitIf exit:
                return run.Environment.TryGetValue(exit.Variable, out var value) && value == exit.Value ? new EngineExit(EngineOutcome.Exited, exit.Code) : null;
            case ProgramStep.Hang:
                await killed.Task;
                return new EngineExit(EngineOutcome.Exited, 137);
            case ProgramStep.Err err:
                await WriteAsync(OutputStream.Stderr, err.Text);
                return null;
            case ProgramStep.Write write:
                return Put(write);
            case ProgramStep.Read read when Find(read.Path) is null:
                return new EngineExit(EngineOutcome.Exited, 1);
            default:
                await WriteAsync(OutputStream.Stdout, TextOf(step, program));
                return null;
        }
    }

    private string TextOf(ProgramStep step, EngineProgram program) => step switch
    {
        ProgramStep.Out s => s.Text,
        ProgramStep.Flood s => new string('x', checked((int)s.Bytes)),
        ProgramStep.PrintArguments => string.Concat(program.Arguments.Select(argument => argument + "\n")),
        ProgramStep.PrintEnvironment => string.Concat(run.Environment.Select(pair => $"{pair.Key}={pair.Value}\n")),
        ProgramStep.Read s => File.ReadAllText(Find(s.Path)!.Value.File),
        _ => "",
    };

    private async Task<EngineExit?> WaitAsync(TimeSpan time)
    {
        using var awake = new CancellationTokenSource();
        var first = await Task.WhenAny(killed.Task, asked.Task, Task.Delay(time, clock, awake.Token));
        awake.Cancel();
        return first == killed.Task ? new EngineExit(EngineOutcome.Exited, 137)
            : first == asked.Task ? new EngineExit(EngineOutcome.Exited, 143)
            : null;
    }

    private async Task<EngineExit?> LingerAsync(ProgramStep.Linger linger)
    {
        var end = await WaitAsync(linger.Time);
        if (end is null || killed.Task.IsCompleted)
        {
            return end;
        }

        await Task.WhenAny(killed.Task, Task.Delay(linger.AfterAsk, clock));
        return new EngineExit(EngineOutcome.Exited, killed.Task.IsCompleted ? 137 : linger.Code);
    }

    private EngineExit? Put(ProgramStep.Write write)
    {
        if (Find(write.Path) is not { Writable: true } place)
        {
            return new EngineExit(EngineOutcome.Exited, 1);
        }

        File.WriteAllText(place.File, write.Text);
        return null;
    }

    private (string File, bool Writable)? Find(string path)
    {
        var mount = run.Inputs.Concat(run.Results).FirstOrDefault(m => path == m.Target || path.StartsWith(m.Target + "/", StringComparison.Ordinal));
        return mount is null ? null : (mount.Source + path[mount.Target.Length..], mount.Writable);
    }

    private async Task WriteAsync(OutputStream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        written.Add((stream, bytes));
        if (sink is { } to)
        {
            await to.WriteAsync(stream, bytes, default);
        }
    }
}
