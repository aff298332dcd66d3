namespace Bacalhau.Compute.Inputs.Cache;

/// <summary>How fast content comes over the network. Small files tell of distances, and do not count.</summary>
internal sealed class TransferRate
{
    private const long LeastBytes = 1_000_000;
    private const double Weight = 0.2;
    private readonly Lock gate = new();
    private double bytesPerSecond;

    /// <summary>The mean of the last transfers; 0 before the first.</summary>
    public long BytesPerSecond
    {
        get
        {
            lock (gate)
            {
                return (long)bytesPerSecond;
            }
        }
    }

    /// <summary>A transfer has ended.</summary>
    public void Note(long bytes, TimeSpan time)
    {
        if (bytes >= LeastBytes && time > TimeSpan.Zero)
        {
            lock (gate)
            {
                var now = bytes / time.TotalSeconds;
                bytesPerSecond = bytesPerSecond == 0 ? now : (bytesPerSecond * (1 - Weight)) + (now * Weight);
            }
        }
    }
}
