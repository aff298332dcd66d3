using System.Text.Json;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

/// <summary>Makes a node known to the orchestrator, asking until it is approved.</summary>
/// <param name="link">A connection that may do nothing but ask this.</param>
/// <param name="clock">Clock of the waits.</param>
/// <param name="logger">Where waiting is told.</param>
public sealed partial class JoinClient(IMessageLink link, TimeProvider clock, ILogger<JoinClient> logger)
{
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _firstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(2);

    /// <summary>Asks until the node is approved.</summary>
    /// <exception cref="NodeRefusedException">The node was refused; the message says why and what to do.</exception>
    public async Task JoinAsync(JoinRequest request, CancellationToken cancellation)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(request, MessageJson.Default.JoinRequest);
        var told = "";
        for (var wait = _firstWait; ; wait = wait * 2 < _longestWait ? wait * 2 : _longestWait)
        {
            var answer = await AskAsync(payload, cancellation);
            var status = answer?.Status ?? "unanswered";
            switch (status)
            {
                case "approved":
                    return;
                case "refused" or "rejected" or "deleted":
                    throw Refusal(answer!);
                default:
                    break;
            }

            if (status != told)
            {
                told = status;
                Tell(status, request.NodeId);
            }

            await Task.Delay(wait, clock, cancellation);
        }
    }

    /// <summary>Asks once, for a process that took part before and cannot get in any more, why that is. Nothing happens if nobody answers.</summary>
    /// <exception cref="NodeRefusedException">An operator has rejected or deleted the node, or it is refused for another reason.</exception>
    public async Task AskWhyAsync(JoinRequest request, CancellationToken cancellation)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(request with { TookPart = true }, MessageJson.Default.JoinRequest);
        if (await AskAsync(payload, cancellation) is { Status: "refused" or "rejected" or "deleted" } answer)
        {
            throw Refusal(answer);
        }
    }

    private static NodeRefusedException Refusal(JoinAnswer answer) => new($"The orchestrator refuses this node: {answer.Reason}")
    {
        IsShutOut = answer.Status is "rejected" or "deleted",
        MayReturn = answer.Status == "rejected",
    };

    private async Task<JoinAnswer?> AskAsync(byte[] payload, CancellationToken cancellation) =>
        await link.RequestAsync(Subjects.Join, payload, _answerTimeout, cancellation) is LinkAnswer.Answered(var bytes)
            ? JsonSerializer.Deserialize(bytes.Span, MessageJson.Default.JoinAnswer)
            : null;

    private void Tell(string status, string node)
    {
        if (status == "pending")
        {
            LogPending(node);
        }
        else
        {
            LogUnanswered();
        }
    }
}
