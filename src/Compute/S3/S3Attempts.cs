using Bacalhau.Compute.Engines;

namespace Bacalhau.Compute.S3;

/// <summary>Asks a server, and again where that may help.</summary>
internal sealed class S3Attempts(S3Options options, TimeProvider clock)
{
    /// <summary>Asks until there is an answer, or it is clear that there will be none.</summary>
    /// <param name="bucket">Where.</param>
    /// <param name="what">What is asked for, in words for messages.</param>
    /// <param name="ask">One attempt. It calls what it is given whenever something has come.</param>
    /// <param name="done">Bytes that attempts have brought so far: one that brings some does not count as failed in a row.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="EngineException">There is none.</exception>
    public async Task<T> RunAsync<T>(JobBucket bucket, string what, Func<Action, CancellationToken, Task<T>> ask, Func<long> done, CancellationToken cancellation)
    {
        var pause = options.FirstPause;
        for (var failures = 0; ;)
        {
            var before = done();
            try
            {
                return await TryAsync(bucket, what, ask, cancellation);
            }
            catch (EngineException exception) when (!exception.IsRefusal && !S3Problems.IsChange(exception))
            {
                (failures, pause) = done() > before ? (1, options.FirstPause) : (failures + 1, pause);
                if (failures > options.MaxRetryCount)
                {
                    throw;
                }
            }

            await Task.Delay(pause, clock, cancellation);
            pause *= 2;
        }
    }

    private async Task<T> TryAsync<T>(JobBucket bucket, string what, Func<Action, CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(options.ReadTimeout, clock);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            return await ask(() => silence.CancelAfter(options.ReadTimeout), cancel.Token);
        }
        catch (OperationCanceledException exception) when (silence.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw S3Problems.BrokeOff(what, $"nothing came for {options.ReadTimeout:c}", exception, bucket.Done);
        }
        catch (Exception exception) when (exception is not EngineException && !cancellation.IsCancellationRequested && S3Problems.Translate(bucket, what, exception) is { } problem)
        {
            throw problem;
        }
    }
}
