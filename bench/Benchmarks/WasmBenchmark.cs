using System.Text.Json;
using Bacalhau.Benchmarks.Cluster;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Engines.Wasm;
using Bacalhau.Compute.Logs;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.TestKit.Processes;
using Wasmtime;

namespace Bacalhau.Benchmarks;

/// <summary>A WebAssembly program that prints one line: in the engine of a node, and beside it in Wasmtime alone.</summary>
internal static class WasmBenchmark
{
    private const int Runs = 2000;
    private const int WarmUps = 20;
    private const int Jobs = 200;

    private const string Hello = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
          (func (export "_start") (drop (call 0 (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64)))))
        """;

    public static async Task RunAsync(Report report)
    {
        var module = Module.ConvertText(Hello);
        var alone = MeasureAlone(module);
        report.Add("wasm hello, Wasmtime alone, p50", Percentiles.Of(alone, 0.5), "ms");
        report.Add("wasm hello, Wasmtime alone, p99", Percentiles.Of(alone, 0.99), "ms");

        var folder = Directory.CreateTempSubdirectory("bacalhau-bench-");
        try
        {
            var (first, warm) = await MeasureEngineAsync(module, folder.FullName);
            report.Add("wasm hello, engine, first: starts a worker and compiles", first, "ms");
            report.Add("wasm hello, engine, p50", Percentiles.Of(warm, 0.5), "ms");
            report.Add("wasm hello, engine, p99", Percentiles.Of(warm, 0.99), "ms");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        var whole = await MeasureJobsAsync(module);
        report.Add("wasm hello, HTTP submit to completed, idle node, p50", Percentiles.Of(whole, 0.5), "ms", "< 15 ms");
        report.Add("wasm hello, HTTP submit to completed, idle node, p99", Percentiles.Of(whole, 0.99), "ms");
    }

    /// <summary>One job after the other, each with its module as an inline input.</summary>
    private static async Task<List<double>> MeasureJobsAsync(byte[] module)
    {
        WasmEngine? engine = null;
        await using var cluster = await BenchCluster.StartAsync(
            new ResourceAmount(8000, 8L << 30, 8L << 30, 0),
            folder => engine = new WasmEngine(WorkerBinary.Path, Path.Combine(folder, "modules"), TimeProvider.System));
        using var made = engine;
        await using var client = new BenchClient(cluster);
        var input = $$$$"""{"Target":"/hello.wasm","Source":{"Type":"inline","Params":{"URL":"data:application/wasm;base64,{{{{Convert.ToBase64String(module)}}}}"}}}""";
        var task = $$$"""{"Name":"main","Engine":{"Type":"wasm","Params":{"EntryModule":"/hello.wasm"}},"InputSources":[{{{input}}}],"Resources":{"CPU":"0.1","Memory":"64MB"}}""";
        var times = new List<double>();
        for (var job = 0; job < WarmUps + Jobs; job++)
        {
            var start = TimeProvider.System.GetTimestamp();
            await client.WaitForEndAsync(await client.SubmitAsync(1, task)).WaitAsync(TimeSpan.FromSeconds(30));
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        }

        cluster.CheckCompleted(times.Count);
        return times[WarmUps..];
    }

    private static List<double> MeasureAlone(byte[] bytes)
    {
        using var engine = new Engine();
        using var linker = new Linker(engine);
        linker.DefineWasi();
        using var module = Module.FromBytes(engine, "hello", bytes);
        var times = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            var start = TimeProvider.System.GetTimestamp();
            using var store = new Store(engine);
            store.SetWasiConfiguration(new WasiConfiguration().WithStandardOutputCallback(_ => { }));
            linker.Instantiate(store, module).GetAction("_start")!.Invoke();
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    private static async Task<(double First, List<double> Warm)> MeasureEngineAsync(byte[] module, string folder)
    {
        var program = Path.Combine(folder, "hello.wasm");
        await File.WriteAllBytesAsync(program, module);
        using var engine = new WasmEngine(WorkerBinary.Path, Path.Combine(folder, "modules"), TimeProvider.System);
        var sink = new CountingSink();
        var times = new List<double>();
        for (var number = 0; number <= Runs; number++)
        {
            var run = Run(program, Directory.CreateDirectory(Path.Combine(folder, $"{number}")).FullName, sink);
            var start = TimeProvider.System.GetTimestamp();
            await engine.PrepareAsync(run, new NoProgress(), default);
            await engine.RunAsync(run, default, default);
            await engine.RemoveAsync(run.Execution, default);
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        }

        return sink.Bytes == 6 * times.Count ? (times[0], times[1..]) : throw new InvalidOperationException("Some runs printed nothing.");
    }

    private static EngineRun Run(string program, string scratch, IOutputSink sink) => new()
    {
        Execution = new ExecutionId($"e-{Path.GetFileName(scratch)}"),
        Job = new JobId("j-1"),
        Namespace = "default",
        Task = new TaskSpec
        {
            Name = "main",
            Engine = new SpecConfig { Type = "wasm", Params = new SpecConfig().Params.Add("EntryModule", JsonElement.Parse("\"/hello.wasm\"")) },
            InputSources = [new InputSource { Target = "/hello.wasm" }],
        },
        Resources = new ResourceAmount(CpuMillis: 100, MemoryBytes: 64L << 20, DiskBytes: 0, Gpus: 0),
        Environment = TextMap.Empty,
        Inputs = [new Mount(program, "/hello.wasm", Writable: false)],
        Results = [],
        ScratchFolder = scratch,
        Output = sink,
        StopGrace = TimeSpan.FromSeconds(1),
    };

    private sealed class NoProgress : IProgress<ExecutionProgress>
    {
        public void Report(ExecutionProgress value)
        {
        }
    }

    private sealed class CountingSink : IOutputSink
    {
        public long Bytes { get; private set; }

        public ValueTask WriteAsync(OutputStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
        {
            Bytes += bytes.Length;
            return ValueTask.CompletedTask;
        }

        public ValueTask RestartAsync(CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}
