namespace Bacalhau.Compute.Logs;

/// <summary>A piece of a log: whole frames (<see cref="Protocol.Logs.LogFrames"/>).</summary>
/// <param name="Bytes">The frames; empty when there is nothing after the position.</param>
/// <param name="Next">Position to read from next.</param>
/// <param name="IsEnd">Whether nothing will come after these.</param>
public readonly record struct LogPiece(byte[] Bytes, long Next, bool IsEnd);
