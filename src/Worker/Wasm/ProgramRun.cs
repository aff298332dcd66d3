using Bacalhau.Compute.Worker.Contract;
using Wasmtime;

namespace Bacalhau.Worker.Wasm;

/// <summary>Runs a program from its compiled modules to its end.</summary>
internal static class ProgramRun
{
    private const string Initialize = "_initialize";

    /// <summary>Runs it; its output goes out as it comes.</summary>
    public static RunReply Do(WasmRuntime runtime, RunRequest request, FrameOutput output)
    {
        try
        {
            ProgramRoot.LayOut(request);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new RunReply(RunEnd.InputUnusable, -1, e.Message);
        }

        MemoryGuard.Limit(request.MemoryBytes);
        try
        {
            return Run(runtime, request, output);
        }
        finally
        {
            MemoryGuard.Limit(0);
        }
    }

    private static RunReply Run(WasmRuntime runtime, RunRequest request, FrameOutput output)
    {
        using var linker = runtime.Linker.Clone();
        using var store = new Store(runtime.Engine);
        store.SetWasiConfiguration(Wasi(request, output));
        if (request.MemoryBytes > 0)
        {
            store.SetLimits(memorySize: request.MemoryBytes);
        }

        Instance? program = null;
        var modules = new List<Module>();
        try
        {
            foreach (var compiled in request.Modules)
            {
                modules.Add(Module.DeserializeFile(runtime.Engine, "program", compiled.Path));
                program = linker.Instantiate(store, modules[^1]);
                Prepare(linker, store, program, compiled, request.Entrypoint);
            }

            return Call(program!, request.Entrypoint);
        }
        catch (WasmtimeException e)
        {
            return Explain(e, program, request.MemoryBytes);
        }
        finally
        {
            modules.ForEach(module => module.Dispose());
        }
    }

    /// <summary>Runs a library's own start function, and lets later modules import from it.</summary>
    private static void Prepare(Linker linker, Store store, Instance instance, CompiledModule compiled, string entrypoint)
    {
        if (compiled.ImportName.Length > 0)
        {
            linker.DefineInstance(store, compiled.ImportName, instance);
        }

        if (entrypoint != Initialize)
        {
            instance.GetAction(Initialize)?.Invoke();
        }
    }

    private static RunReply Call(Instance program, string entrypoint)
    {
        if (program.GetFunction(entrypoint) is not { } function)
        {
            return new RunReply(RunEnd.NoEntrypoint, -1, $"It exports no function \"{entrypoint}\".");
        }

        function.Invoke();
        return new RunReply(RunEnd.Exited, 0, "");
    }

    private static RunReply Explain(WasmtimeException problem, Instance? program, long memoryBytes) => problem switch
    {
        { InnerException: ProgramExit exit } => new RunReply(RunEnd.Exited, exit.Code, ""),
        { ExitCode: { } code } => new RunReply(RunEnd.Exited, code, ""),
        TrapException when program is not null && memoryBytes > 0 && MemoryOf(program) >= memoryBytes / 10 * 9 =>
            new RunReply(RunEnd.OutOfMemory, -1, RuntimeMessage.Cause(problem.Message)),
        TrapException => new RunReply(RunEnd.Trapped, -1, RuntimeMessage.Cause(problem.Message)),
        _ when problem.Message.Contains("exceeds memory limits", StringComparison.Ordinal) =>
            new RunReply(RunEnd.MemoryTooSmall, -1, RuntimeMessage.Shorten(problem.Message)),
        // What a call into the system refuses is no trap of the program, but it ended it all the same.
        _ when problem.Message.Contains("error while executing", StringComparison.Ordinal) =>
            new RunReply(RunEnd.Trapped, -1, RuntimeMessage.Cause(problem.Message)),
        _ => new RunReply(RunEnd.NotLinked, -1, RuntimeMessage.Shorten(problem.Message)),
    };

    private static long MemoryOf(Instance program) => program.GetMemories().Sum(memory => memory.Memory.GetLength());

    private static WasiConfiguration Wasi(RunRequest request, FrameOutput output)
    {
        var wasi = new WasiConfiguration()
            .WithArgs(request.Arguments)
            .WithEnvironmentVariables(request.Environment.Select(variable => (variable.Key, variable.Value)))
            .WithStandardOutputCallback(bytes => output.Write(WorkerFrameKind.Stdout, bytes))
            .WithStandardErrorCallback(bytes => output.Write(WorkerFrameKind.Stderr, bytes))
            .WithPreopenedDirectory(request.RootFolder, "/", false);
        foreach (var folder in request.Folders)
        {
            wasi.WithPreopenedDirectory(folder.Source, "/" + folder.Target, folder.Writable);
        }

        return wasi;
    }
}
