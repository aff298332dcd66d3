using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Locality;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

/// <summary>What belongs to every session of a node process.</summary>
internal sealed record SessionParts(
    OrchestratorPort Port,
    NodeStore Store,
    NodeHoldings Holdings,
    NodeFactsSource Facts,
    ReportOutbox Outbox,
    Line Line,
    StartGate Gate,
    BulkServer Bulk,
    DataAnswering Data,
    ProgressBoard Progress,
    InputCache? Cache,
    TimeProvider Clock,
    string BootId);

/// <summary>One session: takes in batches, sends signs of life and reports, until the orchestrator says that the session is over.</summary>
internal sealed partial class NodeSession(SessionParts parts, BatchIntake intake, Welcome welcome, ILogger<NodeSession> logger)
{
    private const string Stops = "the node stops";
    private static readonly TimeSpan _betweenTries = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource over = new();
    private readonly SortedSet<ExecutionId> refused = [];
    private bool wantsList;
    private int hasMissed;

    /// <summary>Whether no new work is taken any more, because the node stops.</summary>
    public bool IsClosing { get; set; }

    /// <summary>What was given to the node after it was closed, and was not taken.</summary>
    public IReadOnlyCollection<ExecutionId> Refused => refused;

    /// <summary>Takes no new work from now on, and says so, so that none is given to it.</summary>
    public Task CloseAsync(CancellationToken cancellation)
    {
        IsClosing = true;
        return BeatOnceAsync(cancellation);
    }

    /// <summary>Lives the session. Completes when it is over.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        var session = new SessionId(welcome.GivenSession);
        var port = parts.Port;
        port.EnterSession(welcome.GivenSession);
        await using var batches = await port.Control.SubscribeAsync(Subjects.ToNode(port.Node, session), OnBatchAsync, end);
        await using var pings = await port.Control.SubscribeAsync(Subjects.PingOfNode(port.Node, session), OnPingAsync, end);
        await using var asks = await port.Control.SubscribeAsync(Subjects.Ask, parts.Data.OnAskAsync, end);
        await using var logs = await port.Bulk.SubscribeAsync(Subjects.LogsOfNode(port.Node, session), parts.Bulk.OnLogAsync, end);
        await using var results = await port.Bulk.SubscribeAsync(Subjects.ResultsOfNode(port.Node, session), parts.Bulk.OnResultAsync, end);
        port.Control.MessagesDropped += OnDropped;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(end);
        try
        {
            if (await TellNewsAsync(ended.Token) && await SendListAsync(ended.Token))
            {
                LogOpened(port.Node.Value);
                // One loop that fails ends the session: a node that beats and does not report would hold its work for ever.
                Task[] loops = [BeatAsync(ended.Token), ReportAsync(ended.Token)];
                await Task.WhenAny([over.Task, .. loops]).WaitAsync(end);
                ended.Cancel();
                await Task.WhenAll(loops);
            }
        }
        finally
        {
            ended.Cancel();
            port.Control.MessagesDropped -= OnDropped;
            port.EnterSession("");
        }
    }

    private async Task OnBatchAsync(LinkMessage message)
    {
        if (await parts.Port.ReadAsync(message.Payload, MessageJson.Default.Batch) is not { } batch || batch.Session != parts.Port.Session)
        {
            return;
        }

        var answer = IsClosing ? Refuse(batch) : await intake.TakeAsync(batch);
        if (message.Answer is { } reply)
        {
            await reply(parts.Port.Write(answer, MessageJson.Default.BatchAck));
        }
    }

    private BatchAck Refuse(Batch batch)
    {
        refused.UnionWith(batch.Instructions.Where(wish => wish.Verb == "run").Select(wish => new ExecutionId(wish.ExecutionId)).Where(id => parts.Store.Current.Find(id) is null));
        return new BatchAck { Number = batch.Number, Reason = Stops };
    }

    private async Task OnPingAsync(LinkMessage message)
    {
        if (message.Answer is { } reply)
        {
            await reply(parts.Port.Write(new Pong { BootId = parts.BootId }, MessageJson.Default.Pong));
        }
    }

    private async Task ReportAsync(CancellationToken end)
    {
        try
        {
            if (await parts.Outbox.RunAsync(end))
            {
                over.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private async Task BeatAsync(CancellationToken end)
    {
        var interval = TimeSpan.FromMilliseconds(Math.Clamp(welcome.HeartbeatMillis, 100, 60_000));
        var wait = wantsList ? TimeSpan.Zero : interval;
        try
        {
            while (true)
            {
                parts.Gate.Tick(interval);
                await Task.Delay(wait, parts.Clock, end);
                var begun = parts.Clock.GetTimestamp();
                if (await BeatOnceAsync(end) is { SessionIsOver: true } || (wantsList && !await SendListAsync(end)))
                {
                    over.TrySetResult();
                    return;
                }

                // An answer that does not come holds no further sign of life up: two missed ones are silence.
                var taken = parts.Clock.GetElapsedTime(begun);
                wait = taken < interval ? interval - taken : TimeSpan.Zero;
            }
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private async Task<HeartbeatAnswer?> BeatOnceAsync(CancellationToken end)
    {
        var unwell = await FindTroubleAsync();
        var news = parts.Facts.News;
        var beat = new Heartbeat
        {
            AppliedBatch = intake.Applied,
            HoldingsHash = parts.Holdings.Hash(),
            UnackedReports = parts.Outbox.Count,
            RunningExecutions = parts.Line.InsideCount,
            QueuedExecutions = parts.Line.WaitingCount,
            Facts = news,
            Unwell = unwell,
            Progress = parts.Progress.List(),
            InputCache = parts.Cache?.Describe(),
            HasMissed = Interlocked.Exchange(ref hasMissed, 0) == 1,
        };
        var closings = parts.Gate.Closings;
        var answer = await parts.Port.AskAsync(Questions.Heartbeat, beat, end);
        if (answer is null && beat.HasMissed)
        {
            OnDropped();
        }

        if (answer is { SessionIsOver: false })
        {
            parts.Gate.Heard(closings);
        }

        if (answer is { SessionIsOver: false } && news is not null)
        {
            parts.Facts.Told(news);
        }

        wantsList |= answer is { WantsList: true };
        return answer;
    }

    /// <summary>
    /// What changed after the hello, as an engine whose leftovers cannot be removed, is told before the list: work comes as soon as that is compared. False if the
    /// session is over.
    /// </summary>
    private async Task<bool> TellNewsAsync(CancellationToken end)
    {
        while (parts.Facts.News is not null)
        {
            switch (await BeatOnceAsync(end))
            {
                case null:
                    await Task.Delay(_betweenTries, parts.Clock, end);
                    break;
                case { SessionIsOver: true }:
                    return false;
                default:
                    break;
            }
        }

        return true;
    }

    /// <summary>A node that could not save tries again at each sign of life, so that it is well as soon as there is room.</summary>
    private async Task<string> FindTroubleAsync()
    {
        if (IsClosing)
        {
            return Stops;
        }

        if (parts.Store.FindLackOfRoom() is { Length: > 0 } lack)
        {
            return lack;
        }

        if (parts.Store.Trouble.Length == 0)
        {
            return "";
        }

        try
        {
            await parts.Store.ChangeAsync(draft => draft.Remember(draft.State.Memory));
            return "";
        }
        catch (NodeStoreException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>
    /// Sends the whole list; false if the session is over. Where a piece is not answered it comes again after the next sign of life: it goes over a connection of its
    /// own, and a node is not lost because that one is broken.
    /// </summary>
    private async Task<bool> SendListAsync(CancellationToken end)
    {
        wantsList = false;
        foreach (var piece in parts.Holdings.List(intake.Applied))
        {
            switch (await parts.Port.AskAsync(Questions.List, piece, end))
            {
                case null:
                    wantsList = true;
                    return true;
                case { SessionIsOver: true }:
                    return false;
                default:
                    break;
            }
        }

        return true;
    }

    private void OnDropped() => Interlocked.Exchange(ref hasMissed, 1);
}
