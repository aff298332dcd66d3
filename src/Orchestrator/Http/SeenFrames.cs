using Bacalhau.Protocol.Logs;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Remembers how far a log was read, by its times, so that the stored end of the log can go on from there.</summary>
internal sealed class SeenFrames
{
    private long lastMillis = long.MinValue;
    private int countAtLast;

    /// <summary>Whether nothing was read yet.</summary>
    public bool IsEmpty => lastMillis == long.MinValue;

    /// <summary>A frame was read.</summary>
    public void Add(LogFrame frame)
    {
        countAtLast = frame.UnixMillis == lastMillis ? countAtLast + 1 : 1;
        lastMillis = frame.UnixMillis;
    }

    /// <summary>Those frames of the log's end that were not read yet.</summary>
    public IEnumerable<LogFrame> After(IEnumerable<LogFrame> end)
    {
        var atLast = 0;
        foreach (var frame in end)
        {
            if (frame.UnixMillis > lastMillis || (frame.UnixMillis == lastMillis && ++atLast > countAtLast))
            {
                yield return frame;
            }
        }
    }
}
