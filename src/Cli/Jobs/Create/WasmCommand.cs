using System.Collections.Immutable;
using Bacalhau.Cli.Parsing;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary><c>bacalhau wasm run</c>: submits a job of one WebAssembly module.</summary>
internal static class WasmCommand
{
    private static readonly Flag<ImmutableArray<string>> _imports =
        Flags.Words("import-modules", "Module that the program imports, as URI:target or path:target; may be repeated", 'I');
    private static readonly Flag<string> _entryPoint = Flags.Text("entry-point", "Function that is called", value: "_start");

    /// <summary>The group.</summary>
    public static Command Create() => new("wasm", "Run WebAssembly modules")
    {
        InheritedFlags = [GlobalFlags.Profile],
        Children =
        [
            new("run", "Run a WebAssembly module")
            {
                Arguments = "MODULE [ARG...]",
                Details = """
                    Run a WebAssembly module: a file of this machine, an address, or the target of an input. Write -- before the module's own flags.

                    Examples:
                      bacalhau wasm run main.wasm
                      bacalhau wasm run https://example.com/main.wasm -- --verbose
                      bacalhau wasm run -i s3://bucket/main.wasm:/app.wasm /app.wasm
                    """,
                Flags = [_imports, _entryPoint, .. JobShapeFlags.All, .. TaskFlags.All, .. Run.RunFlags.All],
                Count = ArgumentCount.AtLeast(1),
                RunAsync = RunAsync,
            },
        ],
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var entry = WasmModuleText.Entry(invocation.Host, invocation.Words[0]);
        var imports = invocation.Get(_imports).Select(text => WasmModuleText.Import(invocation.Host, text)).ToList();
        var engine = new SpecConfig
        {
            Type = "wasm",
            Params = ParamJson.None
                .WithText("EntryModule", entry.Target)
                .WithText("Entrypoint", invocation.Get(_entryPoint))
                .WithTexts("Parameters", [.. invocation.Words.Skip(1)])
                .WithTexts("ImportModules", [.. imports.Select(module => module.Target)]),
        };
        ImmutableArray<InputSource> inputs = [.. imports.Prepend(entry).Select(module => module.Input).OfType<InputSource>()];
        return CreatedJob.RunAsync(invocation, JobShapeFlags.Job(invocation, TaskFlags.Task(invocation, engine, inputs)), cancellation);
    }
}
