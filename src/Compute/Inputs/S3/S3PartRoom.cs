namespace Bacalhau.Compute.Inputs.S3;

/// <summary>Room in the node's memory for parts of objects that come before their turn, and how large the parts are.</summary>
/// <param name="partBytes">Bytes of a part.</param>
/// <param name="most">Parts that are held at the same time, for all objects together. The part whose turn it is needs none.</param>
internal sealed class S3PartRoom(int partBytes, int most) : IDisposable
{
    private readonly SemaphoreSlim free = new(most);

    /// <summary>Bytes of a part.</summary>
    public int PartBytes => partBytes;

    /// <summary>Takes room for a part; false if there is none.</summary>
    public bool TryTake() => free.Wait(0);

    /// <summary>Gives back what was taken.</summary>
    public void Give() => free.Release();

    /// <inheritdoc/>
    public void Dispose() => free.Dispose();
}
