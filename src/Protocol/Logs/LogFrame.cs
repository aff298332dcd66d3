namespace Bacalhau.Protocol.Logs;

/// <summary>A piece of a program's output.</summary>
/// <param name="Stream">1 is standard output, 2 standard error.</param>
/// <param name="UnixMillis">When the node received it, in milliseconds since 1970.</param>
/// <param name="Bytes">The bytes as the program wrote them, not necessarily UTF-8 nor whole lines.</param>
public readonly record struct LogFrame(byte Stream, long UnixMillis, ReadOnlyMemory<byte> Bytes);
