using Bacalhau.Compute.Worker.Contract;
using Microsoft.Win32.SafeHandles;

namespace Bacalhau.Worker.Wasm;

/// <summary>Writes frames to standard output. A node that no longer reads them ends the worker.</summary>
internal sealed class FrameOutput : IDisposable
{
    private const int PieceBytes = 64 << 10;

    private readonly FileStream stream = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
    private readonly byte[] buffer = new byte[WorkerFrame.HeaderBytes + PieceBytes];
    private readonly Lock gate = new();

    /// <summary>Writes the bytes as frames of one kind; only output may be long enough to be cut.</summary>
    public void Write(WorkerFrameKind kind, ReadOnlySpan<byte> content)
    {
        lock (gate)
        {
            try
            {
                if (kind is not (WorkerFrameKind.Stdout or WorkerFrameKind.Stderr))
                {
                    WriteHeader(kind, content.Length);
                    stream.Write(content);
                    return;
                }

                for (; content.Length > 0; content = content[Math.Min(PieceBytes, content.Length)..])
                {
                    WritePiece(kind, content[..Math.Min(PieceBytes, content.Length)]);
                }
            }
            catch (IOException)
            {
                LinuxCalls.ExitNow(1);
            }
        }
    }

    /// <summary>Closes nothing but our view of standard output.</summary>
    public void Dispose() => stream.Dispose();

    private void WriteHeader(WorkerFrameKind kind, int length)
    {
        WorkerFrame.WriteHeader(buffer, kind, length);
        stream.Write(buffer, 0, WorkerFrame.HeaderBytes);
    }

    private void WritePiece(WorkerFrameKind kind, ReadOnlySpan<byte> piece)
    {
        WorkerFrame.WriteHeader(buffer, kind, piece.Length);
        piece.CopyTo(buffer.AsSpan(WorkerFrame.HeaderBytes));
        stream.Write(buffer, 0, WorkerFrame.HeaderBytes + piece.Length);
    }
}
