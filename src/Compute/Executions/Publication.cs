using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>Publishes what a program has left, under a grant of the orchestrator, and tells the end. The program is never run again for it.</summary>
internal sealed class Publication(RunnerParts parts)
{
    /// <summary>Publishes and reports. Null when the node goes away.</summary>
    public async Task<ExecutionReport?> FinishAsync(ExecutionWork work, EngineExit exit, bool timedOut, ExecutionControl control)
    {
        work.Log.End();
        var longest = TaskTimes.Of(work.Task.Timeouts?.PublishTimeout) ?? parts.Limits.PublishTimeout;
        using var limit = new CancellationTokenSource(longest, parts.Clock);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(control.Leave, limit.Token);
        try
        {
            return await PublishAsync(work, exit, timedOut, cancel.Token);
        }
        catch (OperationCanceledException) when (control.Cause != StopCause.None)
        {
            return EndReports.EndedFor(control.Cause, work.Describe(exit));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !control.Leave.IsCancellationRequested)
        {
            var problem = new ExecutionProblem(
                "Node:PublishTimeout", $"the results could not be published within {longest:c}", "Look at the publisher's target and at the network to it, or raise Timeouts.PublishTimeout.");
            return EndReports.Failed(EndReports.Publishing, problem, work.Describe(exit), timedOut: true);
        }
    }

    /// <summary>How the end of a program is told.</summary>
    public static ExecutionReport EndOf(ExecutionWork work, EngineExit exit, bool timedOut, PublishedResult? published)
    {
        if (exit.Outcome == EngineOutcome.Exited)
        {
            return EndReports.Completed(work.Describe(exit), published);
        }

        var problem = exit.Problem ?? new ExecutionProblem("Engine:Failed", "the program was ended by its engine, which gives no reason");
        return EndReports.Failed(EndReports.Running, problem, work.Describe(exit), timedOut) with { PublishedResult = published };
    }

    /// <summary>Whose results, and where, as it was saved when publishing began.</summary>
    public static PublishTarget TargetOf(HeldExecution held) => new(
        held.Id,
        new JobId(held.Assignment?.JobId ?? ""),
        held.PublisherSpec ?? new SpecConfig { Type = held.Publisher },
        DateTimeOffset.FromUnixTimeMilliseconds(held.PublishingSince));

    private async Task<ExecutionReport> PublishAsync(ExecutionWork work, EngineExit exit, bool timedOut, CancellationToken cancellation)
    {
        var backoff = parts.Limits.PublishBackoff;
        for (var attempt = 1; ; attempt++, backoff *= 2)
        {
            var grant = parts.NewGrant(work.Held.Id);
            if (await grant.AcquireAsync(cancellation) is { } denial)
            {
                return EndReports.Stopped(work.Describe(exit) with { ErrorMessage = $"the results were not published: {denial}" });
            }

            var warnings = new PublishWarnings();
            var (published, problem) = await TryAsync(work, exit, grant, warnings, cancellation);
            if (published is not null)
            {
                var end = EndOf(work, exit, timedOut, published);
                return end with { Events = [.. end.Events, .. warnings.Events] };
            }

            if (problem is not null && (problem.IsRefusal || attempt >= parts.Limits.PublishAttempts))
            {
                return EndReports.Failed(EndReports.Publishing, problem.Problem, work.Describe(exit));
            }

            await Task.Delay(backoff, parts.Clock, cancellation);
        }
    }

    /// <summary>One attempt: the result, or why it failed; neither when the grant was lost.</summary>
    private async Task<(PublishedResult? Published, EngineException? Problem)> TryAsync(
        ExecutionWork work, EngineExit exit, PublishGrant grant, PublishWarnings warnings, CancellationToken cancellation)
    {
        using var lost = new CancellationTokenSource();
        using var ended = new CancellationTokenSource();
        using var step = parts.Progress.Begin(work.Held.Id);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lost.Token);
        var keeping = grant.KeepAsync(lost, ended.Token);
        try
        {
            WriteOutcome(work, exit);
            var published = await PublisherOf(work).PublishAsync(RequestOf(work) with { Warnings = warnings }, grant.EnsureAsync, step, cancel.Token);

            // The report makes the result visible too: a publisher that took longer than its grant does not count.
            return grant.Holds ? (published, null) : (null, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, null);
        }
        catch (EngineException exception)
        {
            return (null, exception);
        }
        catch (IOException exception)
        {
            return (null, new EngineException(new ExecutionProblem("Publisher:Failed", $"the results could not be published: {exception.Message}"), isRefusal: false, exception));
        }
        finally
        {
            ended.Cancel();
            await keeping;
        }
    }

    /// <summary>Results that were given up to save the end of their execution, which the node did not live to do, must not be published as if there were none.</summary>
    private void WriteOutcome(ExecutionWork work, EngineExit exit)
    {
        var results = parts.Workspace.FolderOf(work.Held.Id).Results;
        if (!results.IsThere)
        {
            throw new EngineException(new ExecutionProblem("Results:Lost", "the results are gone: the node gave them up, or lost its disk"), isRefusal: true);
        }

        results.WriteOutcome(work.Log, exit.ExitCode);
    }

    private IPublisher PublisherOf(ExecutionWork work) => parts.Publishers.TryGetValue(RunnerParts.NameOf(work.Task.Publisher), out var publisher)
        ? publisher
        : throw new EngineException(new ExecutionProblem("Node:Missing", $"this node has no publisher '{work.Task.Publisher!.Type}' any more"), isRefusal: true);

    private PublishRequest RequestOf(ExecutionWork work) =>
        new(TargetOf(parts.Store.Current.Find(work.Held.Id) ?? work.Held), parts.Workspace.FolderOf(work.Held.Id).Results.Path);
}
