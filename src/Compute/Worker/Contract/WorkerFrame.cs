using System.Buffers.Binary;

namespace Bacalhau.Compute.Worker.Contract;

/// <summary>What passes between the node and <c>bacalhau-worker wasm</c>: one byte that tells the kind, four that tell the length, the content.</summary>
/// <param name="Kind">What the content is.</param>
/// <param name="Content">The content.</param>
internal readonly record struct WorkerFrame(WorkerFrameKind Kind, ReadOnlyMemory<byte> Content)
{
    /// <summary>Bytes before the content.</summary>
    public const int HeaderBytes = 5;

    /// <summary>Longest content; requests and replies are far smaller, and output is cut.</summary>
    public const int MaximumBytes = 16 << 20;

    /// <summary>The header of a frame.</summary>
    public static void WriteHeader(Span<byte> header, WorkerFrameKind kind, int length)
    {
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], length);
    }

    /// <summary>Reads a header.</summary>
    /// <exception cref="InvalidDataException">It cannot be one.</exception>
    public static (WorkerFrameKind Kind, int Length) ReadHeader(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header[1..]);
        return length is >= 0 and <= MaximumBytes
            ? ((WorkerFrameKind)header[0], length)
            : throw new InvalidDataException($"A frame of {length} bytes between node and worker.");
    }
}

/// <summary>Kinds of frame.</summary>
internal enum WorkerFrameKind : byte
{
    /// <summary>Node to worker: a <see cref="CompileRequest"/>.</summary>
    Compile = (byte)'c',

    /// <summary>Worker to node: a <see cref="CompileReply"/>, the end of that request.</summary>
    Compiled = (byte)'d',

    /// <summary>Node to worker: a <see cref="RunRequest"/>.</summary>
    Run = (byte)'r',

    /// <summary>Worker to node: bytes of the program's standard output.</summary>
    Stdout = (byte)'o',

    /// <summary>Worker to node: bytes of the program's standard error.</summary>
    Stderr = (byte)'e',

    /// <summary>Worker to node: a <see cref="RunReply"/>, the end of that request.</summary>
    Ended = (byte)'x',
}
