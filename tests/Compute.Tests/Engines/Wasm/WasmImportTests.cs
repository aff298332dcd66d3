using Bacalhau.Compute.Engines;
using Wasmtime;

namespace Bacalhau.Compute.Tests.Engines.Wasm;

public sealed class WasmImportTests : IDisposable
{
    private static readonly byte[] _library = Module.ConvertText("""(module (func (export "seven") (result i32) (i32.const 7)))""");

    private readonly WasmSetup setup = new();

    public void Dispose() => setup.Dispose();

    [Theory]
    [InlineData("/lib/math.wasm", "/lib/math.wasm")]
    [InlineData("lib/math.wasm", "/lib/math.wasm")]
    [InlineData("math", "math")]
    public async Task Import_is_found_at_its_path(string import, string target)
    {
        var run = WasmTask.Add(setup.Run(WasmTask.Of(), Uses(import)), _library, target);

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 7), await setup.DriveAsync(run));
    }

    [Fact]
    public async Task Import_is_found_by_the_name_of_a_listed_file()
    {
        var run = setup.Run(WasmTask.Of(("ImportModules", WasmTask.List("/lib/math.wasm"))), Uses("math"));
        run = WasmTask.Add(run with { Task = run.Task with { InputSources = run.Task.InputSources.Add(new() { Target = "/lib/math.wasm" }) } }, _library, "/lib/math.wasm");

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 7), await setup.DriveAsync(run));
    }

    [Fact]
    public async Task Import_of_an_import_is_found()
    {
        var middle = Module.ConvertText("""(module (import "low" "seven" (func (result i32))) (func (export "seven") (result i32) (call 0)))""");
        var run = WasmTask.Add(WasmTask.Add(setup.Run(WasmTask.Of(), Uses("middle")), middle, "middle"), _library, "low");

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 7), await setup.DriveAsync(run));
    }

    [Fact]
    public async Task Unknown_import_is_refused_by_name()
    {
        var refusal = await Assert.ThrowsAsync<EngineException>(() => setup.DriveAsync(setup.Run(WasmTask.Of(), Uses("math"))));

        Assert.Equal(("WASM:UnknownModuleError", true), (refusal.Problem.Code, refusal.IsRefusal));
        Assert.Contains("\"math\"", refusal.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_of_a_function_that_is_not_there_fails_the_run()
    {
        var library = Module.ConvertText("""(module (func (export "eight") (result i32) (i32.const 8)))""");

        var end = await setup.DriveAsync(WasmTask.Add(setup.Run(WasmTask.Of(), Uses("math")), library, "math"));

        Assert.Equal((EngineOutcome.Failed, -1, "WASM:ModuleLoadError"), (end.Outcome, end.ExitCode, end.Problem?.Code));
        Assert.Contains("seven", end.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Circle_of_imports_is_refused()
    {
        var first = Module.ConvertText("""(module (import "second" "seven" (func (result i32))) (func (export "seven") (result i32) (call 0)))""");
        var second = Module.ConvertText("""(module (import "first" "seven" (func (result i32))) (func (export "seven") (result i32) (call 0)))""");
        var run = WasmTask.Add(WasmTask.Add(setup.Run(WasmTask.Of(), Uses("first")), first, "first"), second, "second");

        Assert.Equal("WASM:ModuleLoadError", (await Assert.ThrowsAsync<EngineException>(() => setup.DriveAsync(run))).Problem.Code);
    }

    [Fact]
    public async Task Initializer_of_a_library_runs_before_the_program()
    {
        var library = Module.ConvertText("""
            (module (global (mut i32) (i32.const 0))
              (func (export "_initialize") (global.set 0 (i32.const 7)))
              (func (export "seven") (result i32) (global.get 0)))
            """);

        Assert.Equal(7, (await setup.DriveAsync(WasmTask.Add(setup.Run(WasmTask.Of(), Uses("math")), library, "math"))).ExitCode);
    }

    private static byte[] Uses(string import) => Module.ConvertText($"""
        (module
          (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
          (import "{import}" "seven" (func (result i32)))
          (func (export "_start") (call 0 (call 1))))
        """);
}
