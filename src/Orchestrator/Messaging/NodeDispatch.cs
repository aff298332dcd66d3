using System.Text.Json;
using System.Threading.Channels;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>
/// One node's line of batches. One is on its way at a time, and the same one is sent again until it is acknowledged or the session is over; the next one
/// begins after that.
/// </summary>
internal sealed partial class NodeDispatch(
    NodeId id, StateWriter state, IMessageLink link, MessagingOptions options, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile Progress progress = new(null, 0, null);

    /// <summary>Says that there may be something to send.</summary>
    public void Wake() => wake.Writer.TryWrite(true);

    /// <summary>Whether nothing is on its way and the last batch that was acknowledged in the session has this number.</summary>
    public bool IsQuiet(SessionId session, long lastBatch)
    {
        var now = progress;
        return now.Session == session ? now.OnItsWay is null && now.LastAcked == lastBatch : lastBatch == 0;
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (await wake.Reader.WaitToReadAsync(cancellation))
            {
                wake.Reader.TryRead(out _);
                await DrainAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What is not acknowledged is sent by the next orchestrator.
        }
    }

    private async Task DrainAsync(CancellationToken cancellation)
    {
        try
        {
            for (var pause = FirstPause; NextBatch() is { } batch;)
            {
                if (await SendAsync(batch, cancellation))
                {
                    progress = new Progress(batch.Session, batch.Number, null);
                    pause = FirstPause;
                }
                else
                {
                    await Task.Delay(pause, clock, cancellation);
                    pause = pause * 2 < options.LongestBatchPause ? pause * 2 : options.LongestBatchPause;
                }
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException) // The loop's edge: the next change of the node's outbox tries again.
        {
            LogFailed(exception, id);
        }
    }

    /// <summary>The batch that is on its way, else a new one; null if nothing can or need be sent now.</summary>
    private WishBatch? NextBatch()
    {
        var snapshot = state.Current;
        if (!snapshot.Nodes.TryGetValue(id, out var node) || node is not { Session: { } session, Connection: NodeConnection.Connected })
        {
            return null;
        }

        if (progress.Session != session)
        {
            progress = new Progress(session, 0, null);
        }

        if (progress.OnItsWay is { } unacknowledged)
        {
            return unacknowledged;
        }

        var batch = node.TakesWishes ? WishBatch.Of(state, snapshot, node, progress.LastAcked + 1, options.BatchSize) : null;
        progress = progress with { OnItsWay = batch };
        return batch;
    }

    /// <summary>Sends a batch once. True when it is acknowledged and noted, or when another number is to be used.</summary>
    private async Task<bool> SendAsync(WishBatch batch, CancellationToken cancellation)
    {
        var answer = await link.RequestAsync(Subjects.ToNode(id, batch.Session), batch.Payload, options.BatchTimeout, cancellation);
        if (answer is not LinkAnswer.Answered(var bytes)
            || JsonSerializer.Deserialize(bytes.Span, MessageJson.Default.BatchAck) is not { } ack
            || ack.Session != batch.Session.Value)
        {
            return false;
        }

        if (ack.Applied && ack.Number == batch.Number)
        {
            return await NoteAsync(batch, ack.Rejected, cancellation);
        }

        if (ack.Applied || ack.Reason.Length > 0 || ack.Number == batch.Number)
        {
            LogNotApplied(id, batch.Number, ack.Reason);
            return false;
        }

        LogWrongNumber(id, ack.Number, batch.Number);
        await state.DecideAsync(context => NodeSessions.Doubt(context.Draft, id, batch.Session), cancellation);
        progress = new Progress(batch.Session, ack.Number - 1, null);
        return false;
    }

    private async Task<bool> NoteAsync(WishBatch batch, Rejection[] rejections, CancellationToken cancellation)
    {
        foreach (var rejection in rejections)
        {
            LogRejected(id, rejection.ExecutionId, rejection.Reason);
        }

        var reasons = rejections.ToLookup(rejection => (rejection.ExecutionId, rejection.Revision), rejection => rejection.Reason);
        var wishes = batch.Wishes
            .Select(wish => wish with { Rejected = reasons[(wish.Execution.Value, wish.AskRevision)].FirstOrDefault() })
            .ToArray();
        try
        {
            await state.DecideAsync(context => WishAcknowledgement.Take(context.Draft, id, batch.Session, wishes, context.Now), cancellation);
            return true;
        }
        catch (StoreUnavailableException exception)
        {
            LogNotNoted(id, exception.Message);
            return false;
        }
    }

    /// <summary>How far the batches of a session have come.</summary>
    /// <param name="Session">The session; null before the first.</param>
    /// <param name="LastAcked">Number of the last batch that was acknowledged.</param>
    /// <param name="OnItsWay">The one that is not acknowledged; null for none.</param>
    private sealed record Progress(SessionId? Session, long LastAcked, WishBatch? OnItsWay);
}
