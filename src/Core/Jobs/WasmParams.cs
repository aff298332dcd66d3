using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Parameters of the engine <c>wasm</c> (spec: job-model.md §3.2).</summary>
public sealed record WasmParams
{
    /// <summary>Function that is called when none is named.</summary>
    public const string DefaultEntrypoint = "_start";

    /// <summary>Path of the module: the target of an input, or a file beneath it.</summary>
    public required string EntryModule { get; init; }

    /// <summary>Exported function without parameters.</summary>
    public string Entrypoint { get; init; } = DefaultEntrypoint;

    /// <summary>Arguments of the program.</summary>
    public ImmutableArray<string> Parameters { get; init; } = [];

    /// <summary>Paths of modules to link, found as the entry module is.</summary>
    public ImmutableArray<string> ImportModules { get; init; } = [];

    /// <summary>Reads the parameters; <paramref name="path"/> is where the config stands in the job.</summary>
    public static Parsed<WasmParams> Read(SpecConfig config, string path = "Engine")
    {
        var problems = new SpecProblems();
        var reader = new ParamReader(config, path, "the wasm engine", problems);
        var entrypoint = reader.Text("Entrypoint");
        var read = new WasmParams
        {
            EntryModule = reader.RequiredText("EntryModule", "the target of the input that holds the module"),
            Entrypoint = string.IsNullOrEmpty(entrypoint) ? DefaultEntrypoint : entrypoint,
            Parameters = reader.Texts("Parameters"),
            ImportModules = reader.Texts("ImportModules"),
        };
        return new Parsed<WasmParams>(problems.IsEmpty ? read : null, problems.ToImmutable(), [.. reader.Unknown()]);
    }

    /// <summary>The config as the reference's command line sends it: all four keys.</summary>
    public SpecConfig ToConfig() => ParamValue.Config(
        EngineTypes.Wasm,
        ("EntryModule", ParamValue.Of(EntryModule)),
        ("Entrypoint", ParamValue.Of(Entrypoint)),
        ("Parameters", ParamValue.OfUnlessEmpty(Parameters)),
        ("ImportModules", ParamValue.OfUnlessEmpty(ImportModules)));

    /// <summary>The input whose target is the module's path or a folder above it; null for none.</summary>
    public static InputSource? InputOf(TaskSpec task, string module) => task.InputSources
        .Where(input => input.Target.Length > 0 && IsAtOrBeneath(module, input.Target.TrimEnd('/')))
        .MaxBy(input => input.Target.Length);

    private static bool IsAtOrBeneath(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');
}
