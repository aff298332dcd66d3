using System.Globalization;
using System.Text;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Logs;

namespace Bacalhau.Compute.Logs;

/// <summary>
/// The log of one execution: its program's output as it comes, kept as frames in a file (in the simulator: in memory), read while it is
/// written. Beyond its size limit output is dropped and counted. All calls are synchronous inside; waiting is by a signal.
/// </summary>
public sealed class ExecutionLog : IOutputSink, IDisposable
{
    private const int MostMarksSearched = 256;
    private readonly Lock gate = new();
    private readonly TimeProvider clock;
    private readonly long limitBytes;
    private readonly LogFile file;
    private OutputHead stdout = new();
    private OutputHead stderr = new();
    private TaskCompletionSource? changed;
    private long droppedBytes;
    private bool isDiskFull;
    private bool hasEnded;

    /// <summary>Takes up the log that the stream holds, which may be empty or cut. The stream becomes the log's own.</summary>
    /// <param name="stream">A seekable stream to read and write.</param>
    /// <param name="clock">Clock of the frames.</param>
    /// <param name="limitBytes">Most bytes of frames that are kept.</param>
    public ExecutionLog(Stream stream, TimeProvider clock, long limitBytes)
    {
        (this.clock, this.limitBytes) = (clock, limitBytes);
        file = new LogFile(stream);
        foreach (var (_, frame) in file.Frames(file.First))
        {
            HeadOf(frame.Stream).Add(frame.Bytes.Span);
        }
    }

    /// <summary>Opens the log in a file, which is made with its folder, if it is not there, when there is something to keep.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static ExecutionLog Open(string path, TimeProvider clock, long limitBytes) =>
        new(
            new FileInfo(path) is { Exists: true, Length: >= LogFile.Preamble }
                ? new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0)
                : new LateFile(path, LogFile.Preamble),
            clock,
            limitBytes);

    /// <summary>Whether nothing will be added.</summary>
    public bool HasEnded
    {
        get { lock (gate) { return hasEnded; } }
    }

    /// <summary>Bytes of all frames.</summary>
    public long LengthBytes
    {
        get { lock (gate) { return file.End - file.First; } }
    }

    /// <summary>Bytes of output that are kept.</summary>
    public long OutputBytes
    {
        get { lock (gate) { return stdout.Length + stderr.Length - droppedBytes; } }
    }

    /// <summary>Bytes of output that were dropped for the size limit, or because they could not be written.</summary>
    public long DroppedBytes
    {
        get { lock (gate) { return droppedBytes; } }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(OutputStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        lock (gate)
        {
            HeadOf((byte)stream).Add(bytes.Span);
            while (!bytes.IsEmpty)
            {
                var count = Math.Min(bytes.Length, LogFrames.MaxBytes);
                Append((byte)stream, bytes[..count]);
                bytes = bytes[count..];
            }

            Signal();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RestartAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            file.Clear();
            (stdout, stderr, droppedBytes, isDiskFull, hasEnded) = (new(), new(), 0, false, false);
            Signal();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Says that nothing will be added; if output was dropped, a last line on standard error says how much. Can be repeated.</summary>
    public void End()
    {
        lock (gate)
        {
            if (hasEnded)
            {
                return;
            }

            hasEnded = true;
            if (droppedBytes > 0)
            {
                AppendNotice();
            }

            Signal();
        }
    }

    /// <summary>The first bytes of each stream, for lists.</summary>
    public RunOutput Describe(int exitCode, string errorMessage = "")
    {
        lock (gate)
        {
            return new RunOutput
            {
                Stdout = stdout.Bytes,
                StdoutTruncated = stdout.IsTruncated,
                Stderr = stderr.Bytes,
                StderrTruncated = stderr.IsTruncated,
                ExitCode = exitCode,
                ErrorMessage = errorMessage,
            };
        }
    }

    /// <summary>Reads from a position: 0 for the beginning, −1 for the end of what exists now, else what an earlier piece named.</summary>
    /// <exception cref="InvalidDataException">The position is within a frame: no piece named it.</exception>
    public LogPiece Read(long position, int maxBytes)
    {
        lock (gate)
        {
            var start = position < 0 ? file.End : Math.Clamp(position, file.First, file.End);
            var bytes = file.Read(start, maxBytes);
            return new LogPiece(bytes, start + bytes.Length, hasEnded && start + bytes.Length == file.End);
        }
    }

    /// <summary>Reads from where the last so many lines begin, at most the last 16 MiB.</summary>
    public LogPiece ReadLastLines(int lines, int maxBytes)
    {
        lock (gate)
        {
            for (var marks = 1; file.Marks.Count > 0; marks *= 2)
            {
                var isAll = marks >= Math.Min(file.Marks.Count, MostMarksSearched);
                var frames = file.Frames(file.Marks[^Math.Min(marks, file.Marks.Count)]).ToList();
                var (at, offset) = LogFrames.FindLastLines([.. frames.Select(frame => frame.Frame)], lines);
                if ((at, offset) != (0, 0) || isAll)
                {
                    return at == frames.Count ? PieceAt(file.End, []) : CutPiece(frames[at], offset, maxBytes);
                }
            }

            return PieceAt(file.End, []);
        }
    }

    /// <summary>The last whole frames, at most so many bytes.</summary>
    public byte[] Tail(int maxBytes)
    {
        lock (gate)
        {
            foreach (var (position, _) in file.Frames(file.Marks.LastOrDefault(mark => mark <= file.End - maxBytes, file.First)))
            {
                if (file.End - position <= maxBytes)
                {
                    return file.Read(position, maxBytes);
                }
            }

            return [];
        }
    }

    /// <summary>Completes when there is something after the position, or the log has ended or begun anew.</summary>
    public Task WaitForMoreAsync(long position, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (hasEnded || file.End > position || file.First > position)
            {
                return Task.CompletedTask;
            }

            changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return changed.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Writes each stream whole, as far as it was kept.</summary>
    /// <exception cref="IOException">A target cannot be written.</exception>
    public void CopyStreamsTo(Stream stdoutTarget, Stream stderrTarget)
    {
        long position = 0;
        for (LogPiece piece; (piece = Read(position, 256 * 1024)).Bytes.Length > 0; position = piece.Next)
        {
            foreach (var frame in LogFrames.ReadAll(piece.Bytes))
            {
                (frame.Stream == (byte)OutputStream.Stdout ? stdoutTarget : stderrTarget).Write(frame.Bytes.Span);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        lock (gate)
        {
            file.Dispose();
        }
    }

    private OutputHead HeadOf(byte stream) => stream == (byte)OutputStream.Stdout ? stdout : stderr;

    private LogPiece PieceAt(long start, byte[] bytes) => new(bytes, start + bytes.Length, hasEnded && start + bytes.Length == file.End);

    private LogPiece CutPiece((long Position, LogFrame Frame) first, int offset, int maxBytes)
    {
        if (offset == 0)
        {
            return PieceAt(first.Position, file.Read(first.Position, maxBytes));
        }

        var next = first.Position + LogFrames.HeaderLength + first.Frame.Bytes.Length;
        return new LogPiece(LogFrames.Encode(first.Frame with { Bytes = first.Frame.Bytes[offset..] }), next, hasEnded && next == file.End);
    }

    private void Append(byte stream, ReadOnlyMemory<byte> bytes)
    {
        var room = (int)Math.Clamp(limitBytes - file.Length - LogFrames.HeaderLength, 0, bytes.Length);
        droppedBytes += bytes.Length - room;
        if (room == 0)
        {
            return;
        }

        try
        {
            file.Append(new LogFrame(stream, clock.GetUtcNow().ToUnixTimeMilliseconds(), bytes[..room]));
        }
        catch (IOException)
        {
            // A full disk must not end the program; what is missing is told at the end of the log.
            droppedBytes += room;
            isDiskFull = true;
        }
    }

    private void AppendNotice()
    {
        var reason = isDiskFull ? "the node's disk was full" : $"the log holds at most {limitBytes} bytes";
        var text = string.Create(CultureInfo.InvariantCulture, $"\n[bacalhau: {droppedBytes} bytes of output were dropped: {reason}]\n");
        try
        {
            file.Append(new LogFrame((byte)OutputStream.Stderr, clock.GetUtcNow().ToUnixTimeMilliseconds(), Encoding.UTF8.GetBytes(text)));
        }
        catch (IOException)
        {
            // The disk that had no room for the output has none for the notice either; DroppedBytes still tells.
        }
    }

    private void Signal()
    {
        changed?.TrySetResult();
        changed = null;
    }
}
