using System.Buffers.Binary;

namespace Bacalhau.Protocol.Logs;

/// <summary>
/// The form of logs on disk, in messages and in stored tails: frames one after the other, each a stream (1 byte), a time in milliseconds
/// (8 bytes, little-endian), a length (4 bytes, little-endian) and so many bytes of output. A cut last frame is taken as not written.
/// </summary>
public static class LogFrames
{
    /// <summary>Bytes before a frame's output.</summary>
    public const int HeaderLength = 13;

    /// <summary>Most output in one frame, in bytes; a frame fits several times into a message.</summary>
    public const int MaxBytes = 32 * 1024;

    /// <summary>Writes the head of a frame.</summary>
    public static void WriteHeader(Span<byte> target, byte stream, long unixMillis, int length)
    {
        target[0] = stream;
        BinaryPrimitives.WriteInt64LittleEndian(target[1..], unixMillis);
        BinaryPrimitives.WriteInt32LittleEndian(target[9..], length);
    }

    /// <summary>Reads the head of a frame; false if the bytes do not hold a whole head.</summary>
    /// <exception cref="InvalidDataException">The bytes are no frame.</exception>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, out byte stream, out long unixMillis, out int length)
    {
        (stream, unixMillis, length) = (0, 0, 0);
        if (bytes.Length < HeaderLength)
        {
            return false;
        }

        stream = bytes[0];
        unixMillis = BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]);
        length = BinaryPrimitives.ReadInt32LittleEndian(bytes[9..]);
        return stream is 1 or 2 && length is > 0 and <= MaxBytes
            ? true
            : throw new InvalidDataException($"not a log frame: stream {stream}, {length} bytes");
    }

    /// <summary>Takes the first whole frame off the bytes; false if there is none.</summary>
    /// <exception cref="InvalidDataException">The bytes are no frame.</exception>
    public static bool TryRead(ref ReadOnlyMemory<byte> bytes, out LogFrame frame)
    {
        frame = default;
        if (!TryReadHeader(bytes.Span, out var stream, out var time, out var length) || bytes.Length < HeaderLength + length)
        {
            return false;
        }

        frame = new LogFrame(stream, time, bytes.Slice(HeaderLength, length));
        bytes = bytes[(HeaderLength + length)..];
        return true;
    }

    /// <summary>All whole frames of a piece; a cut last one is left out.</summary>
    /// <exception cref="InvalidDataException">The bytes are no frames.</exception>
    public static IEnumerable<LogFrame> ReadAll(ReadOnlyMemory<byte> bytes)
    {
        while (TryRead(ref bytes, out var frame))
        {
            yield return frame;
        }
    }

    /// <summary>One frame as bytes.</summary>
    public static byte[] Encode(LogFrame frame)
    {
        var bytes = new byte[HeaderLength + frame.Bytes.Length];
        WriteHeader(bytes, frame.Stream, frame.UnixMillis, frame.Bytes.Length);
        frame.Bytes.CopyTo(bytes.AsMemory(HeaderLength));
        return bytes;
    }

    /// <summary>The last so many lines of a piece of whole frames; the first frame kept is cut to where its line begins.</summary>
    /// <exception cref="InvalidDataException">The bytes are no frames.</exception>
    public static byte[] LastLines(ReadOnlyMemory<byte> bytes, int lines)
    {
        var frames = ReadAll(bytes).ToList();
        var start = FindLastLines(frames, lines);
        return [.. frames.Skip(start.Frame).SelectMany((frame, n) => Encode(n > 0 ? frame : frame with { Bytes = frame.Bytes[start.Offset..] }))];
    }

    /// <summary>
    /// Where the last so many lines of the frames begin: frame and byte in it. Lines count in the order in which output came, whatever
    /// its stream; text without a line's end counts as a line. With fewer lines than wanted it is the beginning.
    /// </summary>
    public static (int Frame, int Offset) FindLastLines(IReadOnlyList<LogFrame> frames, int lines)
    {
        var isEnd = true;
        for (var at = frames.Count - 1; at >= 0; at--)
        {
            var bytes = frames[at].Bytes.Span;
            for (var i = bytes.Length - 1; i >= 0; i--)
            {
                if (bytes[i] == '\n' && !isEnd && --lines <= 0)
                {
                    return i + 1 < bytes.Length ? (at, i + 1) : (at + 1, 0);
                }

                isEnd = false;
            }
        }

        return (0, 0);
    }
}
