using System.Collections.Concurrent;
using Bacalhau.Compute.Worker.Contract;
using Microsoft.Win32.SafeHandles;

namespace Bacalhau.Worker.Wasm;

/// <summary>
/// <c>bacalhau-worker wasm</c>: takes requests on standard input, one at a time, and answers on standard output. It ends with its parent:
/// this thread does nothing but read, and leaves the process at end of file whatever the program is doing.
/// </summary>
internal static class WasmWorker
{
    /// <summary>Room for deep recursion of programs and for the runtime's own calls.</summary>
    private const int StackBytes = 8 << 20;

    /// <summary>Works until standard input ends.</summary>
    public static int Run()
    {
        // A session of its own: Ctrl-C on the terminal is for the node.
        LinuxCalls.StartSession();
        MemoryGuard.VolunteerForOutOfMemory();
        using var requests = new BlockingCollection<WorkerFrame>();
        new Thread(() => Serve(requests), StackBytes) { IsBackground = true }.Start();
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        while (ReadFrame(input) is { } frame)
        {
            requests.Add(frame);
        }

        LinuxCalls.ExitNow(0);
        return 0;
    }

    private static void Serve(BlockingCollection<WorkerFrame> requests)
    {
        using var runtime = new WasmRuntime();
        using var output = new FrameOutput();
        foreach (var request in requests.GetConsumingEnumerable())
        {
            switch (request.Kind)
            {
                case WorkerFrameKind.Compile:
                    output.Write(WorkerFrameKind.Compiled, ModuleCompilation.Do(runtime, CompileRequest.FromBytes(request.Content)).ToBytes());
                    break;
                case WorkerFrameKind.Run:
                    output.Write(WorkerFrameKind.Ended, ProgramRun.Do(runtime, RunRequest.FromBytes(request.Content), output).ToBytes());
                    break;
                default:
                    Console.Error.WriteLine($"Unknown request {request.Kind}.");
                    LinuxCalls.ExitNow(2);
                    break;
            }
        }
    }

    private static WorkerFrame? ReadFrame(FileStream input)
    {
        try
        {
            Span<byte> header = stackalloc byte[WorkerFrame.HeaderBytes];
            input.ReadExactly(header);
            var (kind, length) = WorkerFrame.ReadHeader(header);
            var content = new byte[length];
            input.ReadExactly(content);
            return new WorkerFrame(kind, content);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
