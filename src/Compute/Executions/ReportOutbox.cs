using Bacalhau.Compute.Node;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Executions;

/// <summary>
/// Reports on their way: each is sent until it is acknowledged, several together. Only the newest of an execution counts. What is here is saved already, or
/// follows from what is saved, so that a restart makes it again.
/// </summary>
internal sealed partial class ReportOutbox(OrchestratorPort port, TimeProvider clock, ILogger<ReportOutbox> logger)
{
    /// <summary>Revision of the report that an execution is being prepared. Observations come in this order only, so each kind has its number.</summary>
    public const long PreparingRevision = 1;

    /// <summary>Revision of the report that the program runs.</summary>
    public const long RunningRevision = 2;

    /// <summary>Revision of the report that the program's health check has passed for the first time.</summary>
    public const long HealthyRevision = 3;

    /// <summary>Revision of the report of the end.</summary>
    public const long EndRevision = 4;

    private const int MostTogether = 256;
    private const int MostBytesTogether = 384 * 1024;
    private static readonly TimeSpan _retryAfter = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly SortedDictionary<ExecutionId, Waiting> waiting = [];
    private readonly SortedDictionary<ExecutionId, long> issued = [];
    private TaskCompletionSource? arrived;

    /// <summary>Reports that are not acknowledged.</summary>
    public int Count
    {
        get { lock (gate) { return waiting.Count; } }
    }

    /// <summary>Largest revision reported of an execution; 0 for none.</summary>
    public long RevisionOf(ExecutionId id)
    {
        lock (gate)
        {
            return issued.GetValueOrDefault(id);
        }
    }

    /// <summary>Sends a report, from now on until it is acknowledged.</summary>
    /// <param name="report">The report.</param>
    /// <param name="savedAt">When it was saved, in milliseconds since 1970; the age of its events grows from then.</param>
    public void Post(ExecutionReport report, long savedAt)
    {
        TaskCompletionSource? wake;
        lock (gate)
        {
            var id = new ExecutionId(report.ExecutionId);
            if (issued.GetValueOrDefault(id) >= report.ReportRevision && report.ReportRevision != EndRevision)
            {
                return;
            }

            issued[id] = report.ReportRevision;
            waiting[id] = new Waiting(ReportLimits.Cut(report), savedAt);
            (wake, arrived) = (arrived, null);
        }

        wake?.TrySetResult();
    }

    /// <summary>Forgets an execution.</summary>
    public void Forget(ExecutionId id)
    {
        lock (gate)
        {
            issued.Remove(id);
            waiting.Remove(id);
        }
    }

    /// <summary>Sends what waits until cancelled. Completes with true when the session is over.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await WaitForReportsAsync(cancellation);
            switch (await SendAsync(cancellation))
            {
                case Sending.SessionIsOver:
                    return true;
                case Sending.NotNow:
                    await Task.Delay(_retryAfter, clock, cancellation);
                    break;
                default:
                    break;
            }
        }

        return false;
    }

    /// <summary>Sends what waits once more, without waiting for better times; used when the node ends.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        while (Count > 0 && await SendAsync(cancellation) == Sending.Done)
        {
        }
    }

    private async Task WaitForReportsAsync(CancellationToken cancellation)
    {
        Task some;
        lock (gate)
        {
            if (waiting.Count > 0)
            {
                return;
            }

            arrived ??= new TaskCompletionSource();
            some = arrived.Task;
        }

        await some.WaitAsync(cancellation);
    }

    private async Task<Sending> SendAsync(CancellationToken cancellation)
    {
        var batch = Take();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var answer = await port.AskAsync(Questions.Report, new ReportBatch { Reports = [.. batch.Select(report => Aged(report, now))] }, cancellation);
        if (answer is null or { TryLater: true })
        {
            return Sending.NotNow;
        }

        if (answer.SessionIsOver)
        {
            return Sending.SessionIsOver;
        }

        foreach (var rejection in answer.Rejected)
        {
            LogRejected(rejection.ExecutionId, rejection.Reason);
        }

        Acknowledge(batch);
        return Sending.Done;
    }

    private List<Waiting> Take()
    {
        var batch = new List<Waiting>();
        var bytes = 0;
        lock (gate)
        {
            foreach (var report in waiting.Values.Take(MostTogether))
            {
                bytes += ReportLimits.SizeOf(report.Report);
                if (batch.Count > 0 && bytes > MostBytesTogether)
                {
                    break;
                }

                batch.Add(report);
            }
        }

        return batch;
    }

    private void Acknowledge(List<Waiting> batch)
    {
        lock (gate)
        {
            foreach (var sent in batch)
            {
                var id = new ExecutionId(sent.Report.ExecutionId);
                if (waiting.TryGetValue(id, out var now) && now.Report.ReportRevision == sent.Report.ReportRevision)
                {
                    waiting.Remove(id);
                }
            }
        }
    }

    private static ExecutionReport Aged(Waiting waiting, long now) => waiting.Report.Events.Length == 0
        ? waiting.Report
        : waiting.Report with
        {
            Events = [.. waiting.Report.Events.Select(e => e with { AgeMillis = e.AgeMillis + Math.Max(0, now - waiting.SavedAt) })],
        };

    private enum Sending
    {
        Done,
        NotNow,
        SessionIsOver,
    }

    private sealed record Waiting(ExecutionReport Report, long SavedAt);
}
