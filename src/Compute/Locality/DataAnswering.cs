using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Node;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Locality;

/// <summary>Tells the orchestrator which data is on this node. Nothing is fetched or listed for it.</summary>
internal sealed partial class DataAnswering
{
    /// <summary>What a source cannot say in this time is not waited for; a late answer still serves those who ask next.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(500);

    /// <summary>Parts of all answers of one message, so that it stays small.</summary>
    private const int MostParts = 10_000;

    private readonly OrchestratorPort port;
    private readonly NearPlaces near;
    private readonly InputCache? cache;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Dictionary<string, IInputSource> sources;

    public DataAnswering(
        OrchestratorPort port, IEnumerable<IInputSource> sources, NearPlaces near, InputCache? cache, TimeProvider clock, ILogger<DataAnswering> logger)
    {
        (this.port, this.near, this.cache, this.clock, this.logger) = (port, near, cache, clock, logger);
        this.sources = sources.SelectMany(source => source.AskedAs.Select(name => (name, source))).ToDictionary(pair => pair.name, pair => pair.source, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Answers questions; those who ask do not wait for it, and neither do others.</summary>
    public async Task OnAskAsync(LinkMessage message)
    {
        if (await port.ReadAsync(message.Payload, MessageJson.Default.DataAsk) is { } ask && port.Session.Length > 0)
        {
            _ = AnswerAsync(ask);
        }
    }

    private async Task AnswerAsync(DataAsk ask)
    {
        try
        {
            using var limit = new CancellationTokenSource(_longest, clock);
            var found = await Task.WhenAll(ask.Questions.Select(question => FindAsync(question, limit.Token)));
            var answers = WithFewParts(found.OfType<DataAnswer>());
            if (answers.Length > 0)
            {
                var payload = port.Write(new DataAnswers { Answers = answers, BytesPerSecond = cache?.BytesPerSecond ?? 0 }, MessageJson.Default.DataAnswers);
                await port.Control.PublishAsync(Subjects.FromNode(port.Node, "data"), payload, default);
            }
        }
        catch (Exception exception) // It is planned without this answer.
        {
            LogNotAnswered(exception);
        }
    }

    /// <summary>Null where nothing is to be said.</summary>
    private async Task<DataAnswer?> FindAsync(DataQuestion question, CancellationToken cancellation)
    {
        if (question.Source is not { } source)
        {
            return null;
        }

        var held = await FindHeldAsync(question, cancellation);
        var answer = held is null ? new DataAnswer() : held;
        answer = answer with { Key = question.Key, IsNear = near.Has(source) };
        return answer is { Bytes: > 0 } or { IsWhole: true } or { IsNear: true } || question.Nodes.Contains(port.Node.Value) ? answer : null;
    }

    private async Task<DataAnswer?> FindHeldAsync(DataQuestion question, CancellationToken cancellation)
    {
        if (!sources.TryGetValue(question.Source!.Type.Trim(), out var source))
        {
            return null;
        }

        try
        {
            return await source.FindHeldAsync(question, cancellation).WaitAsync(cancellation);
        }
        catch (Exception exception) // A source that cannot say holds nothing.
        {
            LogUnknown(question.Source.Type, exception.Message);
            return null;
        }
    }

    private static DataAnswer[] WithFewParts(IEnumerable<DataAnswer> answers)
    {
        var left = MostParts;
        var cut = new List<DataAnswer>();
        foreach (var answer in answers)
        {
            var parts = answer.Parts.Length <= left ? answer.Parts : [.. answer.Parts.OrderByDescending(part => part.Bytes).Take(left)];
            left -= parts.Length;
            cut.Add(answer with { Parts = parts });
        }

        return [.. cut];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A question for data on this node was not answered")]
    private partial void LogNotAnswered(Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The {Type} source cannot say what it holds: {Reason}")]
    private partial void LogUnknown(string type, string reason);
}
