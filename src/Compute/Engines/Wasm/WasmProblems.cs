using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Engines.Wasm;

/// <summary>What can go wrong with a WebAssembly program, in words.</summary>
internal static class WasmProblems
{
    public static ExecutionProblem BadParameters(string message) =>
        new("WASM:SpecError", message, "Mend Engine.Params in the job file.");

    public static ExecutionProblem ModuleNotFound(string path) => new(
        "WASM:ModuleNotFound", $"No input holds the module {path}.",
        "EntryModule and ImportModules name the Target of an input, or a file below it. A folder must hold exactly one .wasm file.");

    public static ExecutionProblem NoHealthCheck(string type) => new(
        "WASM:HealthCheckUnsupported",
        $"A WebAssembly program cannot have a health check (here of type {type}): it has no ports, and no other program runs beside it.",
        "Take HealthCheck out: the program counts as healthy while it runs.");

    public static ExecutionProblem InputUnusable(string message) =>
        new("WASM:InputConfigError", message, "Change the Target of the input or the Path of the result.");

    public static ExecutionProblem FilesUnusable(string message) =>
        new("WASM:FilesystemError", $"The program's modules cannot be read, or not be kept compiled: {message}", "See the node's disk and the access rights of the input.");

    public static ExecutionProblem NotCompiled(string path, string reason) =>
        new("WASM:ModuleCompileError", $"The module {path} does not compile: {reason}", "It must be a WebAssembly module for WASI preview 1 (wasm32-wasi).");

    public static ExecutionProblem UnknownImport(string path, string import) => import.StartsWith("wasi:", StringComparison.Ordinal)
        ? new("WASM:UnknownModuleError", $"The module {path} imports \"{import}\", which this node does not offer to WebAssembly programs.",
            "Programs get WASI preview 1 (wasi_snapshot_preview1) and no network.")
        : new("WASM:UnknownModuleError", $"The module {path} imports from \"{import}\", and no input has that name.",
            $"Add an input with the Target \"{import}\", or list the Target of a file {import}.wasm in ImportModules.");

    public static ExecutionProblem CircularImport(string path) =>
        new("WASM:ModuleLoadError", $"The module {path} imports itself through others.", "Modules are loaded one after the other, so imports must not form a circle.");

    public static ExecutionProblem TooManyModules(int most) =>
        new("WASM:ModuleLoadError", $"The program needs more than {most} modules.", "Link some of them together.");

    public static ExecutionProblem NoEntrypoint(string path, string name, IReadOnlyCollection<string> others, bool hasParameters) => new(
        "WASM:EntrypointError",
        hasParameters
            ? $"The function {name} of {path} takes parameters, and an entry point takes none."
            : $"The module {path} exports no function {name}.",
        others.Count == 0 ? "It exports no function that could be an entry point." : $"Set Entrypoint to one of: {string.Join(", ", others.Take(10))}.");

    public static ExecutionProblem MemoryAskedTooLarge(long bytes, long most) => new(
        "WASM:MemoryLimitError", $"The task asks for {bytes} bytes of memory, and a WebAssembly program has at most {most}.", "Ask for 4 GiB or less.");

    public static ExecutionProblem MemoryTooSmall(long limit, string reason) => new(
        "WASM:MemoryLimitError", $"The program declares more memory than its limit of {limit} bytes: {reason}.", "Ask for more in Resources.Memory.");

    public static ExecutionProblem OutOfMemory(long limit, string reason) => new(
        "WASM:OutOfMemory", $"The program failed with its memory limit of {limit} bytes in use: {reason}", "Ask for more in Resources.Memory.");

    public static ExecutionProblem Trapped(string reason) =>
        new("WASM:Trap", $"The program trapped: {reason}", "Its standard error may say more.");

    public static ExecutionProblem NotLinked(string reason) => new("WASM:ModuleLoadError", $"The program's modules do not fit together: {reason}");

    public static ExecutionProblem WorkerLost(string reason) =>
        new("WASM:WorkerLost", $"The process that ran the program ended unexpectedly: {reason}", "If it happens again, give the program more in Resources.Memory.");

    public static ExecutionProblem NoWorker(string path, string reason) =>
        new("WASM:NoWorker", $"Cannot start {path}: {reason}", "It belongs beside bacalhau: copy the whole folder when you install.");
}
