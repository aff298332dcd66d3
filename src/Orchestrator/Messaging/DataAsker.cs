using System.Collections.Immutable;
using System.Text.Json;
using System.Threading.Channels;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>
/// Asks all nodes which data they hold. A question leaves at once if none has in the last 20 ms, else with all others of that time in one message; with many nodes
/// messages are further apart, so that no more than 100,000 a second are delivered. What gets no turn in time is planned without an answer.
/// </summary>
internal sealed class DataAsker(StateWriter state, IMessageLink link, TimeProvider clock)
{
    private const int MostBytes = 384 * 1024;
    private const int MostWaiting = 4096;
    private const double MostDeliveries = 100_000;
    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(20);

    private readonly Channel<PlanStep.Ask> waiting = Channel.CreateBounded<PlanStep.Ask>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Has nodes asked soon.</summary>
    public void Ask(IEnumerable<PlanStep.Ask> questions)
    {
        foreach (var question in questions)
        {
            waiting.Writer.TryWrite(question);
        }
    }

    /// <summary>Asks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (await waiting.Reader.WaitToReadAsync(cancellation))
            {
                if (Take() is { Length: > 0 } questions)
                {
                    var message = JsonSerializer.SerializeToUtf8Bytes(state.Sealed(new DataAsk { Questions = [.. questions] }), MessageJson.Default.DataAsk);
                    await link.PublishAsync(Subjects.Ask, message, cancellation);
                    await Task.Delay(PauseFor(state.Current.Nodes.Count), clock, cancellation);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The orchestrator stops.
        }
    }

    private static TimeSpan PauseFor(int nodes) => TimeSpan.FromSeconds(Math.Max(_shortestPause.TotalSeconds, nodes / MostDeliveries));

    /// <summary>As many as fit into a message; one that fits into none is not asked.</summary>
    private ImmutableArray<DataQuestion> Take()
    {
        var taken = ImmutableArray.CreateBuilder<DataQuestion>();
        var bytes = 0;
        while (bytes < MostBytes / 2 && waiting.Reader.TryRead(out var ask))
        {
            var question = new DataQuestion
            {
                Key = ask.Need.Key,
                Source = ask.Need.Source,
                Partitions = ask.Need.Partitions,
                Nodes = [.. ask.Nodes.Select(node => node.Value)],
            };
            var length = JsonSerializer.SerializeToUtf8Bytes(question, MessageJson.Default.DataQuestion).Length;
            if (length <= MostBytes / 2)
            {
                taken.Add(question);
                bytes += length;
            }
        }

        return taken.ToImmutable();
    }
}
