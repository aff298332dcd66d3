using Wasmtime;

namespace Bacalhau.Worker.Wasm;

/// <summary>Engine and WASI functions, made once for all programs of a worker.</summary>
internal sealed class WasmRuntime : IDisposable
{
    private const int MaximumStackBytes = 2 << 20;
    private const string Wasi = "wasi_snapshot_preview1";

    /// <summary>Makes both. Compiled modules fit a runtime with the same settings only.</summary>
    public WasmRuntime()
    {
        Engine = new Engine(new Config().WithMaximumStackSize(MaximumStackBytes));
        Linker = new Linker(Engine) { AllowShadowing = true };
        Linker.DefineWasi();
        // Our own, since the runtime's refuses exit codes of 126 and above.
        Linker.DefineFunction(Wasi, "proc_exit", (_, arguments, _) => throw new ProgramExit(arguments[0].AsInt32()), [ValueKind.Int32], []);
    }

    /// <summary>Compiles and runs.</summary>
    public Engine Engine { get; }

    /// <summary>Has WASI preview 1, and nothing else.</summary>
    public Linker Linker { get; }

    /// <summary>Frees both.</summary>
    public void Dispose()
    {
        Linker.Dispose();
        Engine.Dispose();
    }
}

/// <summary>Leaves a program that called <c>proc_exit</c>.</summary>
internal sealed class ProgramExit(int code) : Exception($"exit {code}")
{
    /// <summary>The code it gave.</summary>
    public int Code { get; } = code;
}
