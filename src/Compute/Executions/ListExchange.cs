using System.Security.Cryptography;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Node;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>Gets lists of inputs from the orchestrator, and offers it those that it has not. While it cannot be asked, or says "later", it is asked again.</summary>
internal sealed class ListExchange(OrchestratorPort port, TimeProvider clock)
{
    /// <summary>Code of the problem that the orchestrator gives an execution no list, or takes none from it.</summary>
    public const string Refused = "Node:InputListRefused";

    private static readonly TimeSpan _retryAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>An orchestrator that is heard of, and does not answer this for so long, does not know the question.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>Gives the list that counts: the stored one, or the one that is made here, if no other was stored meanwhile.</summary>
    /// <exception cref="EngineException">There is none, and there will be none.</exception>
    public async Task<byte[]> FindAsync(
        ExecutionId execution, string list, Func<IProgress<ExecutionProgress>, CancellationToken, Task<byte[]>> make, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        byte[]? own = null;
        while (true)
        {
            if (await PullAsync(execution, list, progress, cancellation) is { } stored)
            {
                return stored;
            }

            own ??= await make(progress, cancellation);
            if (await OfferAsync(execution, list, own, progress, cancellation))
            {
                return own;
            }
        }
    }

    /// <summary>Null where this node is to make it.</summary>
    private async Task<byte[]?> PullAsync(ExecutionId execution, string list, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        var digest = "";
        while (true)
        {
            var request = new InputListRequest { ExecutionId = execution.Value, List = list, Offset = bytes.Length };
            var answer = await AskAsync(Questions.InputList, request, progress, cancellation);
            if (answer.Digest.Length == 0)
            {
                return null;
            }

            if (digest.Length > 0 && digest != answer.Digest)
            {
                // A store that was restored from a backup meanwhile.
                (digest, bytes.Position) = ("", 0);
                bytes.SetLength(0);
                continue;
            }

            digest = answer.Digest;
            bytes.Write(answer.Bytes);
            if (bytes.Length > InputListLimits.MostBytes || (answer.Bytes.Length == 0 && bytes.Length < answer.Total))
            {
                throw Problem("Node:InputListDamaged", "the orchestrator's list of the input is longer than any may be, or ends early");
            }

            if (bytes.Length >= answer.Total)
            {
                return DigestOf(bytes.ToArray()) == digest ? bytes.ToArray() : throw Problem("Node:InputListDamaged", "the orchestrator's list of the input came with another digest than announced");
            }
        }
    }

    /// <summary>Whether it is this list that counts now.</summary>
    private async Task<bool> OfferAsync(ExecutionId execution, string list, byte[] own, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        if (own.Length > InputListLimits.MostBytes)
        {
            throw new EngineException(
                new ExecutionProblem("Node:InputListTooLarge", $"the list of what the input is made of has {own.Length} bytes, and at most {InputListLimits.MostBytes} can be kept", "Choose fewer objects."), isRefusal: true);
        }

        var offer = new InputListOffer { ExecutionId = execution.Value, List = list, Digest = DigestOf(own), Total = own.Length };
        for (var next = 0; ;)
        {
            var piece = own.AsSpan(next, Math.Min(InputListLimits.PieceBytes, own.Length - next)).ToArray();
            var answer = await AskAsync(Questions.InputListOffer, offer with { Offset = next, Bytes = piece }, progress, cancellation);
            if (answer.Digest.Length > 0)
            {
                return answer.Digest == offer.Digest;
            }

            next = (int)Math.Clamp(answer.Next, 0, own.Length);
        }
    }

    private async Task<InputListAnswer> AskAsync<T>(Question<T, InputListAnswer> question, T message, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
        where T : Envelope
    {
        for (var heardAt = clock.GetTimestamp(); ;)
        {
            var answer = port.Session.Length == 0 ? null : await port.AskAsync(question, message, cancellation);
            if (answer is { TryLater: false })
            {
                return answer.Refused.Length == 0 ? answer : throw Problem(Refused, $"the orchestrator keeps no list of the input: {answer.Refused}");
            }

            if (answer is not null || port.Session.Length == 0 || port.Silence > _patience / 2)
            {
                heardAt = clock.GetTimestamp();
            }
            else if (clock.GetElapsedTime(heardAt) > _patience)
            {
                throw Problem("Node:InputListNotAnswered", "the orchestrator does not answer questions for the list of the input", "Let the orchestrator have the release of its nodes, or a newer one.");
            }

            progress.Report(new ExecutionProgress("waiting for the list of the input", 0, 0, "objects"));
            await Task.Delay(_retryAfter, clock, cancellation);
        }
    }

    private static EngineException Problem(string code, string message, string hint = "") => new(new ExecutionProblem(code, message, hint), isRefusal: false);

    private static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
