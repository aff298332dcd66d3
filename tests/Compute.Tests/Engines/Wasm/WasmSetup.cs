using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Engines.Wasm;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.TestKit.Engines;
using Bacalhau.TestKit.Processes;

namespace Bacalhau.Compute.Tests.Engines.Wasm;

/// <summary>An engine over a folder of its own, and what runs on it need.</summary>
internal sealed class WasmSetup : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-wasm-");

    public WasmSetup() => Engine = new WasmEngine(WorkerBinary.Path, ModuleFolder, TimeProvider.System);

    public WasmEngine Engine { get; }

    public RecordingSink Sink { get; } = new();

    public string ModuleFolder => Path.Combine(root.FullName, "modules");

    public void Dispose()
    {
        Engine.Dispose();
        root.Delete(recursive: true);
    }

    /// <summary>A run of a task, with nothing but its program at <c>/program.wasm</c>.</summary>
    public EngineRun Run(TaskSpec task, byte[] program) => WasmTask.Add(Empty(task), program);

    /// <summary>A run without inputs.</summary>
    public EngineRun Empty(TaskSpec task) => new()
    {
        Execution = new ExecutionId($"e-{Guid.NewGuid()}"),
        Job = new JobId("j-1"),
        Namespace = "default",
        Task = task,
        Resources = new ResourceAmount(CpuMillis: 500, MemoryBytes: 64L << 20, DiskBytes: 0, Gpus: 0),
        Environment = TextMap.Empty,
        Inputs = [],
        Results = [],
        ScratchFolder = root.CreateSubdirectory(Path.GetRandomFileName()).FullName,
        Output = Sink,
        StopGrace = TimeSpan.FromSeconds(10),
    };

    public async Task<EngineExit> DriveAsync(EngineRun run)
    {
        await Engine.PrepareAsync(run, new NoProgress(), default);
        return await Engine.RunAsync(run, default, default);
    }

    private sealed class NoProgress : IProgress<Core.Executions.ExecutionProgress>
    {
        public void Report(Core.Executions.ExecutionProgress value)
        {
        }
    }
}
