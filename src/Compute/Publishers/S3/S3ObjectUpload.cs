using System.Globalization;
using Amazon.S3.Model;
using Bacalhau.Compute.Engines;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Publishers.S3;

/// <summary>
/// Sends what is written to it as one object, which becomes visible with <see cref="CompleteAsync"/> and not before: in parts, of which few are in memory, or at
/// once if it is small. What is not completed is to be undone with <see cref="UndoAsync"/>.
/// </summary>
/// <param name="sending">How to send.</param>
/// <param name="target">Whose object it is.</param>
/// <param name="key">Its key.</param>
/// <param name="mostBytes">Bytes that it will have at most, about.</param>
internal sealed class S3ObjectUpload(S3Sending sending, S3Target target, string key, long mostBytes) : Stream
{
    private readonly int partBytes = sending.Options.PartBytesFor(mostBytes);

    /// <summary>What a part has room for from the beginning; it grows if need be.</summary>
    private readonly int firstBytes = (int)Math.Min(mostBytes, sending.Options.PartBytesFor(mostBytes));
    private readonly string what = target.Bucket.Show(key);
    private readonly List<Task<PartETag>> parts = [];
    private readonly CancellationTokenSource end = new();
    private MemoryStream? part;
    private string? uploadId;
    private bool mayBeVisible;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="EngineException">A part could not be sent, or there are too many.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            part ??= await sending.TakePartAsync(firstBytes, cancellationToken);
            var fitting = Math.Min(buffer.Length, partBytes - (int)part.Length);
            part.Write(buffer.Span[..fitting]);
            buffer = buffer[fitting..];
            if (part.Length == partBytes)
            {
                await SendPartAsync(cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Makes the object visible.</summary>
    /// <param name="grant">Asked right before.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Its version; empty where the bucket keeps none.</returns>
    /// <exception cref="EngineException">It cannot be sent.</exception>
    public async Task<string> CompleteAsync(Func<CancellationToken, Task> grant, CancellationToken cancellation)
    {
        if (uploadId is null)
        {
            part ??= await sending.TakePartAsync(firstBytes, cancellation);
            await grant(cancellation);
            mayBeVisible = true;
            return await sending.PutAsync(target, key, part, cancellation);
        }

        if (part is not null)
        {
            await SendPartAsync(cancellation);
        }

        var tags = await Task.WhenAll(parts).WaitAsync(cancellation);
        await grant(cancellation);
        mayBeVisible = true;
        return await sending.CompleteAsync(target, key, uploadId, [.. tags], cancellation);
    }

    /// <summary>Takes back all that was sent, as far as that is possible now. The rest goes when the execution is withdrawn.</summary>
    public Task UndoAsync()
    {
        end.Cancel();
        return sending.TryUndoAsync(TakeBackAsync);
    }

    private async Task TakeBackAsync(CancellationToken cancellation)
    {
        await Task.WhenAll((IEnumerable<Task>)parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (uploadId is not null)
        {
            await sending.AbortAsync(target.Bucket, key, uploadId, cancellation);
        }

        if (mayBeVisible)
        {
            await sending.DeleteMineAsync(target, key, cancellation);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (part is not null)
        {
            sending.GivePartBack(part);
            part = null;
        }

        end.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Begins to send a part, and does not wait for it.</summary>
    private async Task SendPartAsync(CancellationToken cancellation)
    {
        if (parts.Find(sent => sent.IsFaulted || sent.IsCanceled) is { } failed)
        {
            await failed;
        }

        if (parts.Count == sending.Options.MostParts)
        {
            throw TooLarge();
        }

        uploadId ??= await sending.BeginAsync(target, key, cancellation);
        var (full, number) = (part!, parts.Count + 1);
        part = null;
        parts.Add(SendAsync(full, number, cancellation));
    }

    private async Task<PartETag> SendAsync(MemoryStream full, int number, CancellationToken cancellation)
    {
        try
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation, end.Token);
            return await sending.SendPartAsync(target.Bucket, key, uploadId!, number, full, cancel.Token);
        }
        finally
        {
            sending.GivePartBack(full);
        }
    }

    private EngineException TooLarge() => new(
        new ExecutionProblem(
            "S3:TooLarge",
            string.Create(CultureInfo.InvariantCulture, $"{what} would have more than {(long)partBytes * sending.Options.MostParts} bytes, the most that an object may have"),
            "Publish less, or take the Encoding plain."),
        isRefusal: true);
}
