using System.Buffers.Binary;
using Bacalhau.Protocol.Logs;

namespace Bacalhau.Compute.Logs;

/// <summary>
/// The bytes of a log: 8 bytes with the position of the first frame, then frames. Positions only grow: when a log begins anew its first
/// position is where the old one ended, so a reader that waits at an old position gets the new text from its beginning. Not thread-safe.
/// </summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>Bytes before the first frame.</summary>
    public const int Preamble = 8;

    private const int MarkDistance = 64 * 1024;
    private readonly Stream file;
    private readonly List<long> marks = [];

    /// <summary>Takes up what the file holds; a cut last frame, and what is no frame, are cut off.</summary>
    public LogFile(Stream file)
    {
        this.file = file;
        if (file.Length < Preamble)
        {
            WriteFirst(0);
            file.SetLength(Preamble);
        }
        else
        {
            Span<byte> first = stackalloc byte[Preamble];
            file.Position = 0;
            file.ReadExactly(first);
            First = BinaryPrimitives.ReadInt64LittleEndian(first);
        }

        End = First;
        foreach (var (position, frame) in Frames(First, file.Length - Preamble))
        {
            Mark(position);
            End = position + LogFrames.HeaderLength + frame.Bytes.Length;
        }

        file.SetLength(End - First + Preamble);
    }

    /// <summary>Position of the first frame.</summary>
    public long First { get; private set; }

    /// <summary>Position after the last frame.</summary>
    public long End { get; private set; }

    /// <summary>Bytes of frames.</summary>
    public long Length => End - First;

    /// <summary>Appends a frame; after a failure the file is as before.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Append(LogFrame frame)
    {
        Span<byte> header = stackalloc byte[LogFrames.HeaderLength];
        LogFrames.WriteHeader(header, frame.Stream, frame.UnixMillis, frame.Bytes.Length);
        var start = Preamble + Length;
        file.Position = start;
        try
        {
            file.Write(header);
            file.Write(frame.Bytes.Span);
            file.Flush();
        }
        catch (IOException)
        {
            file.SetLength(start);
            throw;
        }

        Mark(End);
        End += LogFrames.HeaderLength + frame.Bytes.Length;
    }

    /// <summary>Forgets all frames.</summary>
    public void Clear()
    {
        WriteFirst(End);
        file.SetLength(Preamble);
        marks.Clear();
        First = End;
    }

    /// <summary>Whole frames from a position on, at most so many bytes and at least one frame if there is one.</summary>
    public byte[] Read(long position, int maxBytes)
    {
        position = Math.Clamp(position, First, End);
        var bytes = new byte[Math.Min(Math.Max(maxBytes, LogFrames.HeaderLength + LogFrames.MaxBytes), End - position)];
        file.Position = Preamble + position - First;
        file.ReadExactly(bytes);
        var whole = 0;
        while (LogFrames.TryReadHeader(bytes.AsSpan(whole), out _, out _, out var length)
            && whole + LogFrames.HeaderLength + length <= bytes.Length
            && (whole == 0 || whole + LogFrames.HeaderLength + length <= maxBytes))
        {
            whole += LogFrames.HeaderLength + length;
        }

        return whole == bytes.Length ? bytes : bytes[..whole];
    }

    /// <summary>Frames from a position on, with their positions.</summary>
    public IEnumerable<(long Position, LogFrame Frame)> Frames(long position) => Frames(position, Length);

    /// <summary>Positions of frames about 64 KiB apart, ascending.</summary>
    public IReadOnlyList<long> Marks => marks;

    public void Dispose() => file.Dispose();

    private IEnumerable<(long Position, LogFrame Frame)> Frames(long position, long length)
    {
        var header = new byte[LogFrames.HeaderLength];
        while (position - First + LogFrames.HeaderLength <= length)
        {
            file.Position = Preamble + position - First;
            file.ReadExactly(header);
            if (!IsFrame(header, out var stream, out var time, out var count) || position - First + LogFrames.HeaderLength + count > length)
            {
                yield break;
            }

            var bytes = new byte[count];
            file.ReadExactly(bytes);
            yield return (position, new LogFrame(stream, time, bytes));
            position += LogFrames.HeaderLength + count;
        }
    }

    private static bool IsFrame(byte[] header, out byte stream, out long time, out int length)
    {
        try
        {
            return LogFrames.TryReadHeader(header, out stream, out time, out length);
        }
        catch (InvalidDataException)
        {
            (stream, time, length) = (0, 0, 0);
            return false;
        }
    }

    private void Mark(long position)
    {
        if (marks.Count == 0 || position - marks[^1] >= MarkDistance)
        {
            marks.Add(position);
        }
    }

    private void WriteFirst(long position)
    {
        Span<byte> bytes = stackalloc byte[Preamble];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, position);
        file.Position = 0;
        file.Write(bytes);
    }
}
