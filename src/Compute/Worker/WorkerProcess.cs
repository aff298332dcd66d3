using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using Bacalhau.Compute.Logs;
using Bacalhau.Compute.Worker.Contract;

namespace Bacalhau.Compute.Worker;

/// <summary>One <c>bacalhau-worker wasm</c>. It serves one request at a time, and ends with this process however that ends.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int ErrorCharacters = 2000;

    private readonly Process process;
    private readonly PipeReader replies;
    private readonly Task<string> errors;
    private bool isDisposed;

    private WorkerProcess(Process process)
    {
        this.process = process;
        replies = PipeReader.Create(process.StandardOutput.BaseStream, new StreamPipeReaderOptions(bufferSize: 64 << 10));
        errors = ReadErrorsAsync(process.StandardError);
    }

    /// <summary>Namespace of the jobs that it has run; null if none yet.</summary>
    public string? Namespace { get; set; }

    /// <summary>Programs it has run.</summary>
    public int Runs { get; private set; }

    /// <summary>Starts one.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program is not there or cannot be started.</exception>
    public static WorkerProcess Start(string path)
    {
        var start = new ProcessStartInfo(path, ["wasm"])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } runtime)
        {
            // Where .NET lies, for a build that needs one.
            start.Environment["DOTNET_ROOT"] = runtime;
        }

        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>Compiles a module.</summary>
    /// <exception cref="WorkerLostException">The worker ended instead.</exception>
    public async Task<CompileReply> CompileAsync(CompileRequest request)
    {
        await SendAsync(WorkerFrameKind.Compile, request.ToBytes());
        return CompileReply.FromBytes(await ReceiveAsync(WorkerFrameKind.Compiled, output: null));
    }

    /// <summary>Runs a program; its output is given on as it comes.</summary>
    /// <exception cref="WorkerLostException">The worker ended instead.</exception>
    public async Task<RunReply> RunAsync(RunRequest request, IOutputSink output)
    {
        Runs++;
        await SendAsync(WorkerFrameKind.Run, request.ToBytes());
        return RunReply.FromBytes(await ReceiveAsync(WorkerFrameKind.Ended, output));
    }

    /// <summary>Ends it at once, whatever it does. What waits for a reply gets a <see cref="WorkerLostException"/>.</summary>
    public void Kill() => process.Kill();

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        process.Kill();
        process.StandardInput.Dispose();
        replies.Complete();
        process.Dispose();
    }

    private async Task SendAsync(WorkerFrameKind kind, byte[] content)
    {
        var frame = new byte[WorkerFrame.HeaderBytes + content.Length];
        WorkerFrame.WriteHeader(frame, kind, content.Length);
        content.CopyTo(frame, WorkerFrame.HeaderBytes);
        try
        {
            var stream = process.StandardInput.BaseStream;
            await stream.WriteAsync(frame);
            await stream.FlushAsync();
        }
        catch (IOException)
        {
            throw await LostAsync();
        }
    }

    /// <summary>Reads frames up to the one of the kind.</summary>
    private async Task<byte[]> ReceiveAsync(WorkerFrameKind last, IOutputSink? output)
    {
        while (true)
        {
            var result = await replies.ReadAsync();
            var rest = result.Buffer;
            while (TakeFrame(ref rest, out var kind, out var content))
            {
                if (kind == last)
                {
                    var reply = content.ToArray();
                    replies.AdvanceTo(rest.Start);
                    return reply;
                }

                await WriteAsync(output, kind, content);
            }

            replies.AdvanceTo(rest.Start, rest.End);
            if (result.IsCompleted)
            {
                throw await LostAsync();
            }
        }
    }

    private static async ValueTask WriteAsync(IOutputSink? output, WorkerFrameKind kind, ReadOnlySequence<byte> content)
    {
        if (output is null || kind is not (WorkerFrameKind.Stdout or WorkerFrameKind.Stderr))
        {
            throw new InvalidDataException($"The worker sent {kind} when it should not.");
        }

        foreach (var piece in content)
        {
            await output.WriteAsync(kind == WorkerFrameKind.Stdout ? OutputStream.Stdout : OutputStream.Stderr, piece, default);
        }
    }

    private static bool TakeFrame(ref ReadOnlySequence<byte> buffer, out WorkerFrameKind kind, out ReadOnlySequence<byte> content)
    {
        (kind, content) = (default, default);
        if (buffer.Length < WorkerFrame.HeaderBytes)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[WorkerFrame.HeaderBytes];
        buffer.Slice(0, WorkerFrame.HeaderBytes).CopyTo(header);
        (kind, var length) = WorkerFrame.ReadHeader(header);
        if (buffer.Length < WorkerFrame.HeaderBytes + length)
        {
            return false;
        }

        content = buffer.Slice(WorkerFrame.HeaderBytes, length);
        buffer = buffer.Slice(content.End);
        return true;
    }

    private async Task<WorkerLostException> LostAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        return new WorkerLostException(process.ExitCode, await errors);
    }

    private static async Task<string> ReadErrorsAsync(StreamReader reader)
    {
        using var owned = reader;
        var tail = new StringBuilder();
        var buffer = new char[1024];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
        {
            tail.Append(buffer, 0, count);
            if (tail.Length > 2 * ErrorCharacters)
            {
                tail.Remove(0, tail.Length - ErrorCharacters);
            }
        }

        return tail.ToString().Trim();
    }
}

/// <summary>A worker ended without an answer.</summary>
internal sealed class WorkerLostException(int exitCode, string errors)
    : Exception(errors.Length > 0 ? $"exit code {exitCode}: {errors}" : $"exit code {exitCode}")
{
    /// <summary>Its exit code: 128 + n if signal n ended it.</summary>
    public int ExitCode { get; } = exitCode;
}
