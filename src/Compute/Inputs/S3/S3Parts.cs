using System.Buffers;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>Fetches parts of an object side by side, and gives them on in their order: what has been given on is the beginning of the object at any time.</summary>
/// <param name="room">Room for parts before their turn.</param>
/// <param name="most">Parts that are fetched at the same time.</param>
/// <param name="fetch">Fills the memory with the bytes from a place on.</param>
/// <param name="take">Takes the next bytes.</param>
internal sealed class S3Parts(S3PartRoom room, int most, Func<long, Memory<byte>, CancellationToken, Task> fetch, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take)
{
    private readonly Queue<Part> coming = new();

    /// <summary>Fetches from a place on to the end. The first part that fails, in their order, ends all.</summary>
    public async Task RunAsync(long from, long end, CancellationToken cancellation)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (from < end || coming.Count > 0)
            {
                while (from < end && coming.Count < most && (coming.Count == 0 || room.TryTake()))
                {
                    var part = new Part(ArrayPool<byte>.Shared.Rent(room.PartBytes), (int)Math.Min(room.PartBytes, end - from), HasRoom: coming.Count > 0);
                    coming.Enqueue(part with { Coming = fetch(from, part.Bytes, cancel.Token) });
                    from += part.Length;
                }

                await coming.Peek().Coming;
                await take(coming.Peek().Bytes, cancellation);
                Leave(coming.Dequeue());
            }
        }
        finally
        {
            cancel.Cancel();
            foreach (var part in coming)
            {
                // Nothing may write to its memory any more when that is given back.
                await part.Coming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Leave(part);
            }
        }
    }

    private void Leave(Part part)
    {
        ArrayPool<byte>.Shared.Return(part.Buffer);
        if (part.HasRoom)
        {
            room.Give();
        }
    }

    private sealed record Part(byte[] Buffer, int Length, bool HasRoom)
    {
        public Task Coming { get; init; } = Task.CompletedTask;

        public Memory<byte> Bytes => Buffer.AsMemory(0, Length);
    }
}
