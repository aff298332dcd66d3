using System.Collections.Immutable;
using Bacalhau.Core;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.State;

/// <summary>Deletes jobs, logs and lists that are over and too old or too many, in small transactions between those of others.</summary>
public sealed partial class Retention(
    StateWriter writer, JobQueries queries, RetentionOptions options, TimeProvider clock, ILogger<Retention> logger)
{
    /// <summary>Most jobs of which one transaction deletes a piece.</summary>
    private const int JobsAtOnce = 16;

    /// <summary>Most logs that one transaction deletes.</summary>
    private const int LogsAtOnce = 256;

    /// <summary>Collects again and again until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await TryCollectAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What is left goes after the next start.
        }
    }

    /// <summary>Deletes everything that is to go now.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written.</exception>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        await CollectJobsAsync(clock.GetUtcNow() - options.JobAge, long.MaxValue, cancellationToken);
        await CollectJobsAsync(DateTimeOffset.MaxValue, queries.FinishedJobCount() - options.JobCount, cancellationToken);
        await CollectLogsAsync(queries.LogBytes() - options.LogBytes, cancellationToken);
        await CollectListsAsync(queries.InputListBytes() - options.ListBytes, cancellationToken);
    }

    private async Task TryCollectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CollectAsync(cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or SqliteException)
        {
            LogPutOff(e);
        }
    }

    private async Task CollectJobsAsync(DateTimeOffset before, long excess, CancellationToken cancellationToken)
    {
        while (excess > 0)
        {
            var jobs = queries.FinishedJobs(before, (int)Math.Min(excess, JobsAtOnce));
            var isProgress = !jobs.IsEmpty && await writer.RunAsync(new ForgetJobs(jobs), cancellationToken);
            if (!isProgress)
            {
                return;
            }

            excess -= jobs.Count(job => queries.Job(job.Id) is null);
        }
    }

    private async Task CollectLogsAsync(long excess, CancellationToken cancellationToken)
    {
        while (excess > 0)
        {
            var logs = queries.OldestLogs(LogsAtOnce);
            var forgotten = ImmutableArray.CreateBuilder<long>();
            foreach (var (execution, bytes) in logs.TakeWhile(_ => excess > 0))
            {
                forgotten.Add(execution);
                excess -= bytes;
            }

            if (forgotten.Count == 0)
            {
                return;
            }

            await writer.RunAsync(new ForgetLogs(forgotten.ToImmutable()), cancellationToken);
        }
    }

    private async Task CollectListsAsync(long excess, CancellationToken cancellationToken)
    {
        while (excess > 0)
        {
            var lists = queries.OldestInputLists(1);
            if (lists.IsEmpty || !await writer.RunAsync(new ForgetLists(lists[0].Key, lists[0].Id), cancellationToken))
            {
                return;
            }

            excess -= lists[0].Bytes;
        }
    }

    /// <summary>Deletes a piece of each of some finished jobs; false if none of them may go yet.</summary>
    private sealed class ForgetJobs(ImmutableArray<(long Key, JobId Id)> jobs) : StateRequest<bool>
    {
        public override bool Decide(StateContext context)
        {
            // A job that is over may still be in the snapshot, because an execution of it has not ended.
            context.ForgottenJobs.AddRange(jobs.Where(job => context.Draft.Job(job.Id) is null).Select(job => job.Key));
            return context.ForgottenJobs.Count > 0;
        }
    }

    /// <summary>Deletes the lists of a finished job's inputs; false if they may not go yet.</summary>
    private sealed class ForgetLists(long key, JobId id) : StateRequest<bool>
    {
        public override bool Decide(StateContext context)
        {
            if (context.Draft.Job(id) is not null)
            {
                return false;
            }

            context.ForgottenLists.Add(key);
            return true;
        }
    }

    /// <summary>Deletes the ends of some logs.</summary>
    private sealed class ForgetLogs(ImmutableArray<long> executions) : StateRequest<bool>
    {
        public override bool Decide(StateContext context)
        {
            context.ForgottenLogs.AddRange(executions);
            return true;
        }
    }
}
