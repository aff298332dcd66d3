using System.Diagnostics;
using Bacalhau.Compute.Tests.Engines.Wasm;
using Bacalhau.Compute.Worker.Contract;
using Bacalhau.TestKit.Engines;
using Bacalhau.TestKit.Processes;

namespace Bacalhau.Compute.Tests.Worker;

/// <summary>The worker as a process, without what watches it.</summary>
public sealed class WorkerLifeTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bacalhau-worker-");
    private readonly Process worker;

    public WorkerLifeTests()
    {
        var start = new ProcessStartInfo(WorkerBinary.Path, ["wasm"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        worker = Process.Start(start)!;
    }

    public void Dispose()
    {
        worker.Kill();
        worker.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Idle_worker_ends_when_its_parent_goes()
    {
        worker.StandardInput.Close();

        await worker.WaitForExitAsync().WaitAsync(LineLog.Patience);
        Assert.Equal(0, worker.ExitCode);
    }

    [Fact]
    public async Task Worker_whose_program_sleeps_ends_when_its_parent_goes()
    {
        var module = Path.Combine(folder.FullName, "module");
        await File.WriteAllBytesAsync(module, WatProgram.Of(EngineProgram.Of(new ProgramStep.Out("up"), new ProgramStep.Wait(TimeSpan.FromHours(1)))));
        Send(WorkerFrameKind.Compile, new CompileRequest(module, module + ".compiled").ToBytes());
        Assert.Equal(WorkerFrameKind.Compiled, await ReceiveAsync());
        Send(WorkerFrameKind.Run, new RunRequest
        {
            Modules = [new CompiledModule("", module + ".compiled")],
            Entrypoint = "_start",
            Arguments = [],
            Environment = [],
            RootFolder = folder.FullName,
            Files = [],
            Folders = [],
            MemoryBytes = 0,
        }.ToBytes());
        Assert.Equal(WorkerFrameKind.Stdout, await ReceiveAsync());

        worker.StandardInput.Close();

        await worker.WaitForExitAsync().WaitAsync(LineLog.Patience);
    }

    private void Send(WorkerFrameKind kind, byte[] content)
    {
        Span<byte> header = stackalloc byte[WorkerFrame.HeaderBytes];
        WorkerFrame.WriteHeader(header, kind, content.Length);
        worker.StandardInput.BaseStream.Write([.. header, .. content]);
        worker.StandardInput.BaseStream.Flush();
    }

    private async Task<WorkerFrameKind> ReceiveAsync()
    {
        var header = new byte[WorkerFrame.HeaderBytes];
        var stream = worker.StandardOutput.BaseStream;
        await stream.ReadExactlyAsync(header).AsTask().WaitAsync(LineLog.Patience);
        var (kind, length) = WorkerFrame.ReadHeader(header);
        await stream.ReadExactlyAsync(new byte[length]).AsTask().WaitAsync(LineLog.Patience);
        return kind;
    }
}
