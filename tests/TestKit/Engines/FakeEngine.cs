using Bacalhau.Compute.Engines;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.TestKit.Engines;

/// <summary>What stands for a host's processes: it outlives the engine objects made over it, as a Docker daemon outlives a node.</summary>
/// <param name="outlivesNode">Whether programs run on while their node is away (as containers do) or end with it (as wasm does).</param>
public sealed class FakeMachine(bool outlivesNode = true)
{
    /// <summary>Whether programs run on while their node is away.</summary>
    public bool OutlivesNode { get; } = outlivesNode;

    /// <summary>Where its programs run, apart from the node that started them; null for where they were started.</summary>
    public SynchronizationContext? Context { get; init; }

    /// <summary>The programs of executions not yet removed, ended or not.</summary>
    public SortedDictionary<ExecutionId, FakeProcess> Processes { get; } = [];

    /// <summary>Programs started so far.</summary>
    public int Starts { get; private set; }

    /// <summary>A program has started.</summary>
    public event Action<ExecutionId, FakeProcess>? Started;

    internal FakeProcess Start(EngineRun run, EngineProgram program, TimeProvider clock)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(Context ?? before);
        try
        {
            Starts++;
            var process = Processes[run.Execution] = FakeProcess.Start(run, program, clock);
            Started?.Invoke(run.Execution, process);
            return process;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Ends every program at once, as the end of a node does to programs that do not outlive it.</summary>
    public void KillAll()
    {
        foreach (var process in Processes.Values)
        {
            process.Detach();
            process.Kill();
        }

        Processes.Clear();
    }
}

/// <summary>
/// An engine whose programs only wait on the given clock, print and end. It keeps to the simulator's await rules.
/// </summary>
/// <param name="machine">Where its programs run.</param>
/// <param name="clock">Clock of its programs and of the stop grace.</param>
/// <param name="programOf">The program of a task; by default read from the task's parameters.</param>
/// <param name="name">Engine type.</param>
public sealed class FakeEngine(FakeMachine machine, TimeProvider clock, Func<TaskSpec, FakeProgram>? programOf = null, string name = "fake") : IEngine
{
    private readonly Func<TaskSpec, FakeProgram> programOf = programOf ?? FakeProgram.FromParameters;

    public string Name { get; } = name;

    public bool OutlivesNode => machine.OutlivesNode;

    /// <summary>Null, or why the engine says it is unavailable.</summary>
    public string? Unavailable { get; set; }

    /// <summary>Null, or why nothing can be swept.</summary>
    public string? SweepProblem { get; set; }

    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult(Unavailable);

    public Task<ExecutionProblem?> FindRefusalAsync(TaskSpec task, CancellationToken cancellation) =>
        Task.FromResult(programOf(task).FailAt == FakeFailure.Refusal ? new ExecutionProblem("Fake:Refused", "The task asked to be refused.") : null);

    public async Task PrepareAsync(EngineRun run, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var program = programOf(run.Task);
        if (program.PrepareFor > TimeSpan.Zero)
        {
            await Task.Delay(program.PrepareFor, clock, cancellation);
        }

        if (program.FailAt == FakeFailure.Prepare)
        {
            throw new EngineException(new ExecutionProblem("Fake:PrepareFailed", "The task asked for preparing to fail."), isRefusal: false);
        }
    }

    public async Task<EngineExit> RunAsync(EngineRun run, CancellationToken stop, CancellationToken detach)
    {
        var program = programOf(run.Task);
        if (!run.MayBeRunning || !machine.Processes.TryGetValue(run.Execution, out var process))
        {
            if (program.FailAt == FakeFailure.Start)
            {
                return new EngineExit(EngineOutcome.Failed, -1, new ExecutionProblem("Fake:StartFailed", "The task asked for the start to fail."));
            }

            if (stop.IsCancellationRequested)
            {
                return new EngineExit(EngineOutcome.Stopped, -1);
            }

            process = await StartAsync(run, program.Program);
        }
        else
        {
            await process.AttachAsync(run.Output);
        }

        return await FollowAsync(run, process, stop, detach);
    }

    public Task<string?> CheckAsync(EngineRun run, HealthCheckSpec check, CancellationToken cancellation)
    {
        var program = programOf(run.Task);
        return Task.FromResult(
            !machine.Processes.TryGetValue(run.Execution, out var process) || process.Ended.IsCompleted ? "The program does not run."
            : process.Age < program.HealthyFrom ? "The program is not ready yet."
            : process.Age >= program.HealthyUntil ? "The program hangs."
            : null);
    }

    public Task RemoveAsync(ExecutionId execution, CancellationToken cancellation)
    {
        if (machine.Processes.Remove(execution, out var process))
        {
            process.Detach();
            process.Kill();
        }

        return Task.CompletedTask;
    }

    public async Task SweepAsync(IReadOnlySet<ExecutionId> live, CancellationToken cancellation)
    {
        if (SweepProblem is { } problem)
        {
            throw new IOException(problem);
        }

        foreach (var execution in machine.Processes.Keys.Where(id => !live.Contains(id)).ToArray())
        {
            await RemoveAsync(execution, cancellation);
        }
    }

    private async Task<FakeProcess> StartAsync(EngineRun run, EngineProgram program)
    {
        if (run.MayBeRunning)
        {
            await run.Output.RestartAsync(default);
        }

        return machine.Start(run, program, clock);
    }

    private async Task<EngineExit> FollowAsync(EngineRun run, FakeProcess process, CancellationToken stop, CancellationToken detach)
    {
        var stopped = new TaskCompletionSource();
        var detached = new TaskCompletionSource();
        using var onStop = stop.Register(() => stopped.TrySetResult());
        using var onDetach = detach.Register(() => detached.TrySetResult());

        var first = await Task.WhenAny(process.Ended, stopped.Task, detached.Task);
        if (first == process.Ended)
        {
            return await process.Ended;
        }

        if (first == stopped.Task)
        {
            return await StopAsync(run, process);
        }

        process.Detach();
        if (machine.OutlivesNode)
        {
            return new EngineExit(EngineOutcome.Detached, -1);
        }

        process.Kill();
        machine.Processes.Remove(run.Execution);
        return new EngineExit(EngineOutcome.Interrupted, 137);
    }

    private async Task<EngineExit> StopAsync(EngineRun run, FakeProcess process)
    {
        process.Ask();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(run.NoGrace);
        await Task.WhenAny(process.Ended, Task.Delay(run.GraceNow, clock, ended.Token));
        ended.Cancel();
        process.Kill();
        return await process.Ended with { Outcome = EngineOutcome.Stopped, Problem = null };
    }
}
