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
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(10);

    /// <summary>Asks until the node is approved.</summary>
    /// <exception cref="NodeRefusedException">The node was refused; the message says why and what to do.</exception>
    public async Task JoinAsync(JoinRequest request, CancellationToken cancellation)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(request, MessageJson.Default.JoinRequest);
        var told = "";
        for (var wait = _firstWait; ; wait = wait * 2 < _longestWait ? wait * 2 : _longestWait)
        {
            var status = await AskAsync(payload, cancellation);
            if (status == "approved")
            {
                return;
            }

            if (status != told)
            {
                told = status;
                Tell(status, request.NodeId);
            }

            await Task.Delay(wait, clock, cancellation);
        }
    }

    private async Task<string> AskAsync(byte[] payload, CancellationToken cancellation)
    {
        if (await link.RequestAsync(Subjects.Join, payload, _answerTimeout, cancellation) is not LinkAnswer.Answered(var bytes))
        {
            return "unanswered";
        }

        var answer = JsonSerializer.Deserialize(bytes.Span, MessageJson.Default.JoinAnswer);
        return answer?.Status switch
        {
            "approved" => "approved",
            "refused" => throw new NodeRefusedException($"The orchestrator refuses this node: {answer.Reason}"),
            _ => "pending",
        };
    }

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
