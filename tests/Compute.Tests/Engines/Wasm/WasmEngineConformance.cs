using System.Text.Json;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Engines.Wasm;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Engines;
using Bacalhau.TestKit.Processes;

namespace Bacalhau.Compute.Tests.Engines.Wasm;

public sealed class WasmEngineConformance : EngineConformance
{
    private readonly List<WasmEngine> engines = [];

    protected override TaskSpec RefusedTask => new() { Name = "main", Engine = new SpecConfig { Type = "wasm" } };

    public override ValueTask DisposeAsync()
    {
        engines.ForEach(engine => engine.Dispose());
        return base.DisposeAsync();
    }

    protected override IEngine CreateEngine()
    {
        engines.Add(new WasmEngine(WorkerBinary.Path, Path.Combine(Root, "modules"), TimeProvider.System));
        return engines[^1];
    }

    protected override EngineRun Fill(EngineRun run, EngineProgram program) =>
        WasmTask.Add(run, WatProgram.Of(program)) with { Task = WasmTask.Of(("Parameters", WasmTask.List([.. program.Arguments]))) };

    protected override EngineRun FillWithUnstartable(EngineRun run) =>
        WasmTask.Add(run, WatProgram.Of(EngineProgram.Of())) with { Task = WasmTask.Of(("Entrypoint", WasmTask.Text("absent"))) };
}

/// <summary>Tasks and runs of the wasm engine.</summary>
internal static class WasmTask
{
    private const string Target = "/program.wasm";

    /// <summary>A task whose program is an input at <c>/program.wasm</c>.</summary>
    public static TaskSpec Of(params (string Name, JsonElement Value)[] parameters) => new()
    {
        Name = "main",
        Engine = new SpecConfig
        {
            Type = "wasm",
            Params = new SpecConfig().Params.Add("EntryModule", Text(Target))
                .SetItems(parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value))),
        },
        InputSources = [new InputSource { Target = Target }],
    };

    /// <summary>The run with the program among its inputs.</summary>
    public static EngineRun Add(EngineRun run, byte[] program, string target = Target)
    {
        var file = Path.Combine(run.ScratchFolder, $"{run.Inputs.Length}.wasm");
        File.WriteAllBytes(file, program);
        return run with { Inputs = run.Inputs.Add(new Mount(file, target, Writable: false)) };
    }

    public static JsonElement Text(string text) => Parse($"\"{JsonEncodedText.Encode(text)}\"");

    public static JsonElement List(params string[] texts) => Parse($"[{string.Join(',', texts.Select(text => $"\"{JsonEncodedText.Encode(text)}\""))}]");

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
