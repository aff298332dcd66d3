using Bacalhau.Compute.Node;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>
/// The leave to publish one execution's result. It is given up at nine tenths of its time, counted from sending the request by a clock that also runs while
/// the machine sleeps.
/// </summary>
internal sealed class PublishGrant(OrchestratorPort port, ExecutionId execution, TimeProvider clock)
{
    private const double UsedPart = 0.9;
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(1);

    private TimeSpan length;
    private long askedAt;

    /// <summary>Whether publishing is allowed now.</summary>
    public bool Holds => length > TimeSpan.Zero && clock.GetElapsedTime(askedAt) < length * UsedPart;

    /// <summary>Asks until the orchestrator decides. Null when granted, else why not.</summary>
    public async Task<string?> AcquireAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (await AskAsync(isRenewal: false, cancellation) is { } answer)
            {
                return answer.Granted ? null : answer.Reason;
            }

            await Task.Delay(_retryAfter, clock, cancellation);
        }
    }

    /// <summary>For the publisher, right before the step that makes a result visible.</summary>
    /// <exception cref="OperationCanceledException">The grant is over.</exception>
    public Task EnsureAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Holds ? Task.CompletedTask : throw new OperationCanceledException("The leave to publish is over.");
    }

    /// <summary>Renews the grant while the publisher works, and cancels <paramref name="publishing"/> when it is lost.</summary>
    public async Task KeepAsync(CancellationTokenSource publishing, CancellationToken end)
    {
        try
        {
            while (Holds)
            {
                await Task.Delay(length / 3, clock, end);
                await RenewAsync(end);
            }

            publishing.Cancel();
        }
        catch (OperationCanceledException)
        {
            // The publisher is done.
        }
    }

    private async Task RenewAsync(CancellationToken end)
    {
        while (Holds && await AskAsync(isRenewal: true, end) is var answer && answer is not { Granted: true })
        {
            if (answer is { Granted: false })
            {
                length = TimeSpan.Zero;
                return;
            }

            await Task.Delay(_retryAfter, clock, end);
        }
    }

    /// <summary>Null when the orchestrator has not decided.</summary>
    private async Task<GrantAnswer?> AskAsync(bool isRenewal, CancellationToken cancellation)
    {
        if (port.Session.Length == 0)
        {
            return null;
        }

        var sentAt = clock.GetTimestamp();
        var answer = await port.AskAsync(Questions.Grant, new GrantRequest { ExecutionId = execution.Value, IsRenewal = isRenewal }, cancellation);
        if (answer is null or { TryLater: true })
        {
            return null;
        }

        if (answer.Granted)
        {
            (askedAt, length) = (sentAt, TimeSpan.FromMilliseconds(answer.GrantMillis));
        }

        return answer;
    }
}
