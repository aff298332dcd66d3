using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Engines.Wasm;
using Bacalhau.Core.Resources;
using Bacalhau.TestKit.Engines;
using Wasmtime;

namespace Bacalhau.Compute.Tests.Engines.Wasm;

public sealed class WasmEngineTests : IDisposable
{
    private readonly WasmSetup setup = new();

    public void Dispose() => setup.Dispose();

    [Fact]
    public async Task Health_check_is_refused_with_words()
    {
        var problem = await setup.Engine.FindRefusalAsync(WasmTask.Of() with { HealthCheck = new Core.Jobs.HealthCheckSpec { Type = "tcp", Port = 80 } }, default);

        Assert.Equal("WASM:HealthCheckUnsupported", problem!.Code);
    }

    [Fact]
    public async Task Module_without_a_name_section_runs()
    {
        var program = Exits(5);
        Assert.DoesNotContain("name", Encoding.Latin1.GetString(program), StringComparison.Ordinal);

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 5), await setup.DriveAsync(setup.Run(WasmTask.Of(), program)));
    }

    [Fact]
    public async Task Exit_codes_above_255_come_through() =>
        Assert.Equal(new EngineExit(EngineOutcome.Exited, 300), await setup.DriveAsync(setup.Run(WasmTask.Of(), Exits(300))));

    [Theory]
    [InlineData("other", 6)]
    [InlineData("withresult", 0)]
    public async Task Entry_point_may_have_any_name_and_a_result(string name, int code)
    {
        var run = setup.Run(WasmTask.Of(("Entrypoint", WasmTask.Text(name))), Module.ConvertText(ManyFunctions));

        Assert.Equal(new EngineExit(EngineOutcome.Exited, code), await setup.DriveAsync(run));
    }

    [Theory]
    [InlineData("absent", "exports no function absent")]
    [InlineData("withparameter", "takes parameters")]
    public async Task Wrong_entry_point_is_refused_and_others_are_named(string name, string words)
    {
        var run = setup.Run(WasmTask.Of(("Entrypoint", WasmTask.Text(name))), Module.ConvertText(ManyFunctions));

        var refusal = await Assert.ThrowsAsync<EngineException>(() => setup.DriveAsync(run));

        Assert.Equal("WASM:EntrypointError", refusal.Problem.Code);
        Assert.Contains(words, refusal.Problem.Message, StringComparison.Ordinal);
        Assert.Contains("other", refusal.Problem.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no module")]
    public async Task What_is_no_module_is_refused(string content)
    {
        var run = setup.Run(WasmTask.Of(), Encoding.UTF8.GetBytes(content));

        var refusal = await Assert.ThrowsAsync<EngineException>(() => setup.DriveAsync(run));

        Assert.Equal(("WASM:ModuleCompileError", true), (refusal.Problem.Code, refusal.IsRefusal));
    }

    [Fact]
    public async Task Trap_in_a_start_section_fails_the_run()
    {
        var run = setup.Run(WasmTask.Of(), Module.ConvertText("""(module (func unreachable) (start 0) (func (export "_start")))"""));

        var end = await setup.DriveAsync(run);

        Assert.Equal((EngineOutcome.Failed, "WASM:Trap"), (end.Outcome, end.Problem?.Code));
        Assert.NotEqual(0, end.ExitCode);
    }

    [Fact]
    public async Task Program_that_the_system_refuses_a_call_is_told_apart_from_modules_that_do_not_fit()
    {
        const string MisalignedWrite = """
            (module
              (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (func (export "_start") (drop (call $write (i32.const 1) (i32.const 2) (i32.const 1) (i32.const 64)))))
            """;
        var run = setup.Run(WasmTask.Of(), Module.ConvertText(MisalignedWrite));

        var end = await setup.DriveAsync(run);

        Assert.Equal((EngineOutcome.Failed, "WASM:Trap"), (end.Outcome, end.Problem?.Code));
        Assert.Contains("not aligned", end.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_that_declares_more_memory_than_its_limit_does_not_start()
    {
        var run = setup.Run(WasmTask.Of(), Module.ConvertText("""(module (memory 2000) (func (export "_start")))"""));

        var end = await setup.DriveAsync(run);

        Assert.Equal((EngineOutcome.Failed, -1, "WASM:MemoryLimitError"), (end.Outcome, end.ExitCode, end.Problem?.Code));
    }

    [Fact]
    public async Task More_than_four_gibibytes_are_refused()
    {
        var run = setup.Run(WasmTask.Of(), Exits(0)) with { Resources = new ResourceAmount(500, 5L << 30, 0, 0) };

        var refusal = await Assert.ThrowsAsync<EngineException>(() => setup.DriveAsync(run));

        Assert.Equal(("WASM:MemoryLimitError", true), (refusal.Problem.Code, refusal.IsRefusal));
    }

    [Fact]
    public async Task Programs_see_no_environment_but_their_own()
    {
        await setup.DriveAsync(setup.Run(WasmTask.Of(), WatProgram.Of(EngineProgram.Of(new ProgramStep.PrintEnvironment()))));

        Assert.Equal("", setup.Sink.Stdout);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Folder_is_a_program_if_it_holds_exactly_one_module(int modules, bool runs)
    {
        var run = setup.Empty(WasmTask.Of());
        var folder = Directory.CreateDirectory(Path.Combine(run.ScratchFolder, "folder"));
        for (var i = 0; i < modules; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{i}.wasm")), Exits(7));
        }

        run = run with { Inputs = [new Mount(folder.FullName, "/program.wasm", Writable: false)] };

        if (runs)
        {
            Assert.Equal(7, (await setup.DriveAsync(run)).ExitCode);
        }
        else
        {
            Assert.Equal("WASM:ModuleNotFound", (await Assert.ThrowsAsync<EngineException>(() => setup.DriveAsync(run))).Problem.Code);
        }
    }

    [Fact]
    public async Task Input_and_result_at_one_place_are_refused()
    {
        var run = setup.Run(WasmTask.Of(), Exits(0));
        run = run with { Results = [new Mount(run.ScratchFolder, "program.wasm/", Writable: true)] };

        Assert.Equal("WASM:InputConfigError", (await Assert.ThrowsAsync<EngineException>(() => setup.DriveAsync(run))).Problem.Code);
    }

    [Fact]
    public async Task Compiled_module_is_kept_and_used_again()
    {
        await setup.DriveAsync(setup.Run(WasmTask.Of(), Exits(8)));
        var facts = new FileInfo(CompiledModule() + ".facts");
        var made = facts.LastWriteTimeUtc;

        Assert.Equal(8, (await setup.DriveAsync(setup.Run(WasmTask.Of(), Exits(8)))).ExitCode);

        facts.Refresh();
        Assert.Equal(made, facts.LastWriteTimeUtc);
    }

    [Theory]
    [InlineData(".cwasm")]
    [InlineData(".facts")]
    public async Task Damaged_compiled_module_is_compiled_again(string ending)
    {
        await setup.DriveAsync(setup.Run(WasmTask.Of(), Exits(9)));
        var file = Directory.GetFiles(setup.ModuleFolder, "*" + ending).Single();
        var content = await File.ReadAllBytesAsync(file);
        content[^10] ^= 1;
        await File.WriteAllBytesAsync(file, content);

        Assert.Equal(9, (await setup.DriveAsync(setup.Run(WasmTask.Of(), Exits(9)))).ExitCode);
        Assert.NotEqual(content, await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task Compilation_whose_files_cannot_be_deleted_does_not_keep_the_next_one_waiting()
    {
        var program = Exits(4);
        var output = Path.Combine(setup.ModuleFolder, $"{Convert.ToHexStringLower(SHA256.HashData(program))}-{CompiledModules.RuntimeVersion}.cwasm.new");
        Directory.CreateDirectory(setup.ModuleFolder);
        await File.WriteAllTextAsync(output, "");

        // What is mounted can be written, but neither renamed nor deleted.
        Assert.SkipUnless(await CallAsync("mount", "--bind", output, output) == 0, "A file cannot be mounted here: that needs root");
        try
        {
            await Assert.ThrowsAsync<EngineException>(() => setup.DriveAsync(setup.Run(WasmTask.Of(), program)));
            Assert.Equal(5, (await setup.DriveAsync(setup.Run(WasmTask.Of(), Exits(5))).WaitAsync(TimeSpan.FromSeconds(60))).ExitCode);
        }
        finally
        {
            await CallAsync("umount", output);
        }
    }

    [Fact]
    public void Compiled_modules_are_named_after_the_linked_runtime()
    {
        var linked = typeof(Engine).Assembly.GetName().Version!.ToString(3);

        Assert.StartsWith($"wasmtime-{linked}-", CompiledModules.RuntimeVersion, StringComparison.Ordinal);
    }

    private const string ManyFunctions = """
        (module
          (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
          (func (export "other") (call 0 (i32.const 6)))
          (func (export "withresult") (result i32) (i32.const 1))
          (func (export "withparameter") (param i32)))
        """;

    private string CompiledModule() => Directory.GetFiles(setup.ModuleFolder, "*.cwasm").Single();

    private static async Task<int> CallAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static byte[] Exits(int code) => Module.ConvertText(string.Create(
        CultureInfo.InvariantCulture,
        $"""(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))) (memory 1) (func (export "_start") (call 0 (i32.const {code}))))"""));
}
