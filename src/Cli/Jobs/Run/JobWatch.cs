using System.Text.Json;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>Watches a job that was just submitted: its events or its log, then how it ended.</summary>
internal sealed class JobWatch(Invocation invocation, ApiClient client, string job)
{
    /// <summary>Exit code when the wait is over before the job.</summary>
    private const int WaitOver = 124;

    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait for a last answer after Ctrl+C.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly CliHost host = invocation.Host;
    private readonly bool isQuiet = invocation.Get(RunFlags.IdOnly);

    /// <summary>Watches until the job is done, the wait is over, or the person interrupts.</summary>
    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Max(1, invocation.Get(RunFlags.WaitSeconds))), host.Clock);
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var isDone = false;
        try
        {
            if (invocation.Get(RunFlags.Follow))
                await FollowLogAsync(watch.Token);
            else
                await MovingAsync(line => WatchEventsAsync(line, watch.Token));
            isDone = !watch.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (watch.IsCancellationRequested)
        {
            SayWhyLeft(cancellation);
        }
        var outcome = await ReadOutcomeAsync(isDone, cancellation.IsCancellationRequested ? CancellationToken.None : cancellation);
        return !invocation.Get(RunFlags.FailOnJobFailure) ? 0
            : cancellation.IsCancellationRequested ? 1
            : !isDone ? WaitOver
            : outcome?.IsSuccess == true ? 0 : 1;
    }

    private async Task WatchEventsAsync(LiveLine? line, CancellationToken cancellation)
    {
        var progress = new JobProgress(host, client, job, line);
        var printer = new EventPrinter(text => Print(line, text), invocation.Get(RunFlags.GroupEvents), host.UsesColour);
        var seen = await ReadJobAsync(cancellation);
        var token = "";
        var pause = _shortestPause;
        while (true)
        {
            var answer = await AskAsync(
                "/history", new ApiQuery().With("limit", 100).With("event_type", "all").With("next_token", token), cancellation);
            var page = answer.Deserialize(ApiJson.Wire.HistoryListView)!;
            foreach (var entry in page.Items)
                printer.Print(entry);
            if (page.NextToken.Length == 0 || (IsLongRunning(seen) && printer.SawExecution) || (seen.Schedule is not null && page.Items.IsEmpty))
                return;
            token = page.NextToken;
            pause = page.Items.IsEmpty ? Longer(pause) : _shortestPause;
            await progress.ShowAsync(cancellation);
            await Task.Delay(pause, host.Clock, cancellation);
        }
    }

    private async Task FollowLogAsync(CancellationToken cancellation)
    {
        if ((await ReadJobAsync(cancellation)).Schedule is not null)
            return;
        await MovingAsync(line => WaitWhileAsync(state => state is "Pending" or "Queued", line, cancellation));
        try
        {
            await LogPrinter.PrintAsync(host, client, job, new ApiQuery().With("follow", true), cancellation);
        }
        catch (Exception problem) when (problem is CliException or ApiFailureException)
        {
            // A job that failed before it ran has no log; what counts is why it failed.
            if ((await ReadJobAsync(cancellation)).State is { StateType: "Failed", Message.Length: > 0 } failed)
                throw new CliException($"job failed: {failed.Message}", $"Run 'bacalhau job describe {job}' for all about it");
            throw;
        }
        cancellation.ThrowIfCancellationRequested();
        // The log ends before the job does: results are still published, and other executions may run on. A moving line would wipe the log's last one away.
        await WaitWhileAsync(state => state is "Running", line: null, cancellation);
    }

    /// <summary>Waits as long as the job is in some states, unless it is not meant to end.</summary>
    private async Task WaitWhileAsync(Func<string?, bool> isWaiting, LiveLine? line, CancellationToken cancellation)
    {
        var progress = new JobProgress(host, client, job, line);
        for (var pause = _shortestPause; ; pause = Longer(pause))
        {
            var seen = await ReadJobAsync(cancellation);
            if (!isWaiting(seen.State?.StateType) || (IsLongRunning(seen) && seen.State?.StateType == "Running"))
                return;
            await progress.ShowAsync(cancellation);
            await Task.Delay(pause, host.Clock, cancellation);
        }
    }

    private Task MovingAsync(Func<LiveLine?, Task> work) => isQuiet ? work(null) : LiveLine.RunAsync(host, work);

    private void Print(LiveLine? line, string text)
    {
        if (isQuiet)
            return;
        if (line is not null)
            line.Print(text);
        else
            host.Output.Write(text);
        host.Output.Flush();
    }

    private void SayWhyLeft(CancellationToken cancellation)
    {
        host.Error.WriteLine();
        host.Error.WriteLine(cancellation.IsCancellationRequested
            ? "Warning: no longer watching; the job goes on"
            : $"Warning: the job is not done after {invocation.Get(RunFlags.WaitSeconds)} seconds; no longer watching, the job goes on");
    }

    /// <summary>How the job ended, said to the person; null if it is not known.</summary>
    private async Task<JobOutcome?> ReadOutcomeAsync(bool isDone, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (!isDone)
            patience.CancelAfter(_patience);
        JobOutcome? outcome = null;
        try
        {
            if (!isDone && (await client.GetAsync(ApiClient.Job(job), null, patience.Token)).GetProperty("Job").Deserialize(ApiJson.Wire.JobSummaryView)!.State is { Message.Length: > 0 } waiting)
                host.Error.WriteLine($"Job is {waiting.StateType}: {waiting.Message}");
            outcome = isDone ? await JobOutcome.ReadAsync(client, job, patience.Token) : null;
            if (outcome is not null)
                outcome.Say(host, isQuiet || invocation.Get(RunFlags.Follow));
            if (invocation.Get(RunFlags.NodeDetails) && isDone)
                await new NodeDetails(host, client, job).WriteAsync(patience.Token);
        }
        catch (Exception problem) when (problem is ApiFailureException || (problem is OperationCanceledException && patience.IsCancellationRequested))
        {
            host.Error.WriteLine($"Warning: how the job ended is not known: {problem.Message}");
        }
        if (!isQuiet && !(invocation.Get(RunFlags.Follow) && isDone))
            WriteHints(outcome);
        return outcome;
    }

    private void WriteHints(JobOutcome? outcome)
    {
        host.Output.WriteLine($"\nAll about the job:\n\tbacalhau job describe {job}");
        host.Output.WriteLine($"\nIts executions:\n\tbacalhau job executions {job}");
        if (outcome is { HasPublisher: true, State: not ("Failed" or "Stopped") })
            host.Output.WriteLine($"\nIts results:\n\tbacalhau job get {job}");
    }

    private static bool IsLongRunning(JobSummaryView seen) => seen.Type is "service" or "daemon";

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < _longestPause ? pause * 2 : _longestPause;

    private async Task<JobSummaryView> ReadJobAsync(CancellationToken cancellation) =>
        (await AskAsync("", null, cancellation)).GetProperty("Job").Deserialize(ApiJson.Wire.JobSummaryView)!;

    /// <summary>Asks about the job; a server that is away, as one that is restarted, is waited for.</summary>
    private async Task<JsonElement> AskAsync(string part, ApiQuery? query, CancellationToken cancellation)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return await client.GetAsync(ApiClient.Job(job, part), query, cancellation);
            }
            catch (ApiFailureException problem) when (problem.IsUnreachable)
            {
                if (isFirst)
                    host.Error.WriteLine("Warning: the server does not answer; the job goes on, and so does the wait for it");
                await Task.Delay(_longestPause, host.Clock, cancellation);
            }
        }
    }
}
