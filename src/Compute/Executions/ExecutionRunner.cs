using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Logs;
using Bacalhau.Compute.Store;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Executions;

/// <summary>
/// Takes one execution from its acceptance to its end: room, admission, preparation, run, publication, report. Each phase is saved before it begins, so a
/// restarted node takes it up where it was.
/// </summary>
internal sealed partial class ExecutionRunner(RunnerParts parts, ILogger<ExecutionRunner> logger)
{
    private readonly Preparation preparation = new(parts);
    private readonly Publication publication = new(parts);
    private readonly Saving saving = new(parts);

    /// <summary>Runs it. When this completes its end is saved and reported, or the node goes away and the next start goes on.</summary>
    public async Task RunAsync(HeldExecution held, ExecutionControl control)
    {
        var end = await FindEndAsync(held, control);
        if (end is not null && await saving.SaveEndAsync(held, end, control))
        {
            parts.Line.Leave(held.Id);
            await CleanUpAsync(held, control);
        }
    }

    private async Task<ExecutionReport?> FindEndAsync(HeldExecution held, ExecutionControl control)
    {
        try
        {
            return await LiveAsync(held, control);
        }
        catch (OperationCanceledException) when (control is { Cause: StopCause.None, Detach.IsCancellationRequested: true })
        {
            return null;
        }
        catch (Exception exception) // The one execution ends, and the node goes on.
        {
            // What an earlier life of the node started has ended when its end is told, and not later: its room is given away then.
            await (held.Phase == HeldPhase.Running ? TryRemoveAsync(held, control) : Task.CompletedTask);
            return EndOf(held, exception, control.Cause);
        }
    }

    private ExecutionReport EndOf(HeldExecution held, Exception exception, StopCause cause)
    {
        switch (exception)
        {
            case OperationCanceledException when cause != StopCause.None:
                return EndReports.EndedFor(cause, output: null);
            case EngineException { IsRefusal: true } refusal:
                return EndReports.Refused(refusal.Problem);
            case EngineException failure:
                return EndReports.Failed(EndReports.Running, failure.Problem);
            case NodeStoreException:
                return EndReports.NotStarted(exception.Message);
            default:
                LogUnexpected(held.ExecutionId, exception);
                return EndReports.Failed(EndReports.Running, EndReports.Unexpected(exception));
        }
    }

    /// <summary>Null when the program runs on without the node, or is to be run again by the next start.</summary>
    private async Task<ExecutionReport?> LiveAsync(HeldExecution held, ExecutionControl control)
    {
        if (!await EnterAsync(held, control))
        {
            return EndReports.NoRoom($"the node has no room for {held.Assignment!.Amount}: {parts.Line.Used} is in use");
        }

        using var ended = new CancellationTokenSource();
        var watch = new CutOffWatch(parts.Silence, parts.Clock);
        try
        {
            // What ran before is watched from the beginning: while the node is cut off, the job may be nowhere to be had.
            _ = watch.WatchAsync(TaskTimes.Of(held.StopAfterSeconds), control, ended.Token);
            var spec = await FindSpecAsync(held, control);
            _ = watch.WatchAsync(held.StopAfterSeconds > 0 ? null : TaskTimes.Of(spec.Disconnect?.StopAfter), control, ended.Token);
            return await LiveAsync(held, spec, control);
        }
        finally
        {
            ended.Cancel();
        }
    }

    private async Task<ExecutionReport?> LiveAsync(HeldExecution held, JobSpec spec, ExecutionControl control)
    {
        var work = new ExecutionWork(held, spec, spec.Tasks[0], parts.Logs.Open(held.Id));
        if (held.Phase == HeldPhase.Publishing)
        {
            control.Engine = parts.EngineOf(work.Task);
            return await publication.FinishAsync(work, held.Exit!, held.IsTimedOut, control);
        }

        var engine = parts.EngineOf(work.Task);
        var runsOn = held.Phase == HeldPhase.Running && engine is { OutlivesNode: true };
        if (!runsOn)
        {
            // What runs on is attached to instead, so that it can be stopped.
            control.Leave.ThrowIfCancellationRequested();
            if (await Admission.FindRefusalAsync(parts, work, control.Leave) is { } refusal)
            {
                return EndReports.Refused(refusal);
            }
        }

        control.Engine = engine;
        var run = runsOn ? preparation.TakeUp(work) : await preparation.PrepareAsync(work, control);
        if (!runsOn)
        {
            await parts.Gate.PassAsync(control.Leave);
        }

        if (await saving.SaveRunningAsync(work, run, runsOn, control.Leave) is not { } start)
        {
            return EndReports.NoRoom($"{held.Assignment!.Amount.Gpus} GPUs are asked for, and fewer of the node's {parts.Gpus.Length} are free");
        }

        var results = new ResultLimit(parts, work);
        var (exit, timedOut) = await RunProgramAsync(engine!, start.Run, results, start.StartedAt, control);
        return exit.Outcome switch
        {
            EngineOutcome.Detached => null,
            EngineOutcome.Interrupted when control.Detach.IsCancellationRequested => null,
            EngineOutcome.Interrupted => EndReports.Interrupted(work.Describe(exit)),
            EngineOutcome.Stopped when control.Cause != StopCause.None => EndReports.EndedFor(control.Cause, work.Describe(exit)),
            _ => await FinishAsync(work, timedOut ? TimedOut(work.Task, exit) : exit, timedOut, results, control),
        };
    }

    /// <summary>A program that may run on is stopped as its job says, also where the stop comes before the job is known again.</summary>
    private async Task<JobSpec> FindSpecAsync(HeldExecution held, ExecutionControl control)
    {
        try
        {
            return await parts.Specs.GetAsync(held.Id, held.Assignment!, control.Leave);
        }
        catch (OperationCanceledException) when (held.Phase == HeldPhase.Running && control.Cause != StopCause.None)
        {
            using var patience = new CancellationTokenSource(parts.Limits.SpecPatience, parts.Clock);
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, control.Detach);
            return await FindSpecToStopAsync(held, cancel.Token);
        }
    }

    private async Task<JobSpec> FindSpecToStopAsync(HeldExecution held, CancellationToken cancellation)
    {
        try
        {
            return await parts.Specs.GetAsync(held.Id, held.Assignment!, cancellation);
        }
        catch (EngineException exception)
        {
            throw new OperationCanceledException($"The program of {held.ExecutionId} is killed, as nobody knows its job any more.", exception);
        }
    }

    private async Task<bool> EnterAsync(HeldExecution held, ExecutionControl control)
    {
        var assignment = held.Assignment!;
        if (held.Phase != HeldPhase.Accepted)
        {
            parts.Line.Force(held.Id, assignment.Amount);
            return true;
        }

        if (!assignment.InLine)
        {
            return parts.Line.TryEnter(held.Id, assignment.Amount);
        }

        await parts.Line.EnterAsync(held.Id, held.Key, assignment.Amount, control.Leave);
        return true;
    }

    private async Task<(EngineExit Exit, bool TimedOut)> RunProgramAsync(
        IEngine engine, EngineRun run, ResultLimit results, DateTimeOffset started, ExecutionControl control)
    {
        var limit = LimitOf(run.Task) is { } longest ? Later(TimeSpan.Zero, longest - (parts.Clock.GetUtcNow() - started)) : Timeout.InfiniteTimeSpan;
        using var timer = new CancellationTokenSource(limit, parts.Clock);
        using var tooLarge = new CancellationTokenSource();
        using var unhealthy = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource([control.Stop, timer.Token, tooLarge.Token, unhealthy.Token]);
        using var ended = new CancellationTokenSource();
        var health = new HealthWatch(parts, engine, run);
        _ = saving.ReportRunningLaterAsync(run, ended.Token);
        _ = results.WatchAsync(tooLarge, ended.Token);
        _ = health.WatchAsync(() => saving.ReportHealthy(run), unhealthy, ended.Token);
        try
        {
            var exit = await engine.RunAsync(run with { NoGrace = tooLarge.Token }, stop.Token, control.Detach);
            var isTheProgramsFault = exit.Outcome == EngineOutcome.Stopped && control.Cause == StopCause.None;
            return isTheProgramsFault && health.Problem is { } problem
                ? (exit with { Outcome = EngineOutcome.Failed, Problem = problem }, false)
                : (exit, isTheProgramsFault && timer.IsCancellationRequested);
        }
        finally
        {
            ended.Cancel();
        }
    }

    private async Task<ExecutionReport?> FinishAsync(ExecutionWork work, EngineExit exit, bool timedOut, ResultLimit results, ExecutionControl control)
    {
        exit = exit is { Outcome: EngineOutcome.Exited, ExitCode: not 0 } && work.Task.FailOnNonZeroExit == true
            ? exit with { Outcome = EngineOutcome.Failed, Problem = EndReports.NonZeroExit(exit.ExitCode) }
            : exit;
        var publishes = RunnerParts.IsPublished(work.Task) && (exit.Outcome == EngineOutcome.Exited || work.Task.PublishOn == "always");
        if ((publishes || exit.Outcome == EngineOutcome.Stopped) && results.FindProblem() is { } tooLarge)
        {
            return EndReports.Failed(EndReports.Running, tooLarge, work.Describe(exit), timedOut);
        }

        if (publishes)
        {
            return await saving.FindWhyNotPublishingAsync(work, exit, timedOut, control.Leave) is { } problem
                ? EndReports.Failed(EndReports.Publishing, problem, work.Describe(exit), timedOut)
                : await publication.FinishAsync(work, exit, timedOut, control);
        }

        return Publication.EndOf(work, exit, timedOut, published: null);
    }

    private static EngineExit TimedOut(TaskSpec task, EngineExit exit) =>
        exit with { Outcome = EngineOutcome.Failed, Problem = EndReports.TimeLimit(LimitOf(task) ?? TimeSpan.Zero) };

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan? LimitOf(TaskSpec task) => TaskTimes.Of(task.Timeouts?.ExecutionTimeout);

    /// <summary>Which engines may have something of it: where a restarted node stops it before its job is known again, that may be any.</summary>
    private IEnumerable<IEngine> EnginesOf(HeldExecution held, ExecutionControl control) =>
        control.Engine is { } engine ? [engine] : held.Phase == HeldPhase.Accepted ? [] : parts.Engines.Values.OrderBy(one => one.Name, StringComparer.Ordinal);

    private async Task CleanUpAsync(HeldExecution held, ExecutionControl control)
    {
        if (!await TryRemoveAsync(held, control))
        {
            return;
        }

        try
        {
            parts.Workspace.FolderOf(held.Id).Clear(keepsResults: parts.Store.Current.Find(held.Id) is { KeptUntil: > 0 });
        }
        catch (Exception exception) // What is left is swept at the next start.
        {
            LogNotCleaned(held.ExecutionId, exception);
        }
    }

    private async Task<bool> TryRemoveAsync(HeldExecution held, ExecutionControl control)
    {
        try
        {
            foreach (var engine in EnginesOf(held, control))
            {
                await engine.RemoveAsync(held.Id, CancellationToken.None);
            }

            return true;
        }
        catch (Exception exception) // As what is left of the folder.
        {
            LogNotCleaned(held.ExecutionId, exception);
            return false;
        }
    }
}

/// <summary>One execution at work.</summary>
/// <param name="Held">As it was when work on it began.</param>
/// <param name="Spec">Its job.</param>
/// <param name="Task">Its task.</param>
/// <param name="Log">Its log.</param>
internal sealed record ExecutionWork(HeldExecution Held, JobSpec Spec, TaskSpec Task, ExecutionLog Log)
{
    /// <summary>What its program is told of the job.</summary>
    public HeldJob Job => new(Held.ExecutionId, Spec.Type, Held.Assignment!);

    /// <summary>What lists show of its output.</summary>
    public RunOutput Describe(EngineExit exit) => Log.Describe(exit.ExitCode, EndReports.ErrorTextOf(exit));
}
