namespace Bacalhau.Compute.Worker.Contract;

/// <summary>How a program ended.</summary>
/// <param name="End">What ended it.</param>
/// <param name="ExitCode">Its own exit code, if it ended by itself.</param>
/// <param name="Message">What happened, if it did not.</param>
internal sealed record RunReply(RunEnd End, int ExitCode, string Message)
{
    /// <summary>The reply as the content of a frame.</summary>
    public byte[] ToBytes() => BinaryContent.Write(writer =>
    {
        writer.Write((byte)End);
        writer.Write(ExitCode);
        writer.Write(Message);
    });

    /// <summary>Reads the content of a frame.</summary>
    public static RunReply FromBytes(ReadOnlyMemory<byte> content)
    {
        using var reader = BinaryContent.Reader(content);
        return new RunReply((RunEnd)reader.ReadByte(), reader.ReadInt32(), reader.ReadString());
    }
}

/// <summary>What ended a program, or kept it from starting.</summary>
internal enum RunEnd : byte
{
    /// <summary>It returned, or called <c>proc_exit</c>.</summary>
    Exited,

    /// <summary>It trapped.</summary>
    Trapped,

    /// <summary>It trapped with (nearly) all of its memory in use.</summary>
    OutOfMemory,

    /// <summary>It never started: its files could not be laid out.</summary>
    InputUnusable,

    /// <summary>It never started: what it declares at once is more than its memory limit.</summary>
    MemoryTooSmall,

    /// <summary>It never started: its modules cannot be loaded or linked.</summary>
    NotLinked,

    /// <summary>It never started: it has no such function to call.</summary>
    NoEntrypoint,
}
