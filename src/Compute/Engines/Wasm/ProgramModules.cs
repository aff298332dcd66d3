using System.Collections.Immutable;
using Bacalhau.Compute.Worker.Contract;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Engines.Wasm;

/// <summary>Finds the modules of a program: the entry module, what it imports, what that imports.</summary>
internal sealed class ProgramModules(CompiledModules compiled, WasmParams parameters, WasmMounts mounts, CancellationToken cancellation)
{
    /// <summary>Modules of one program, at most.</summary>
    public const int Maximum = 64;

    private const string Wasi = "wasi_snapshot_preview1";

    private readonly List<CompiledModule> found = [];
    private readonly List<string> open = [];

    /// <summary>All modules, compiled, each after those that it imports from, the program last.</summary>
    /// <exception cref="EngineException">One is missing or does not compile, or there is no such entry point.</exception>
    public async Task<ImmutableArray<CompiledModule>> LoadAsync()
    {
        var file = mounts.FindModule(parameters.EntryModule) ?? throw Refusal(WasmProblems.ModuleNotFound(parameters.EntryModule));
        var facts = await AddAsync("", file, parameters.EntryModule);
        if (!facts.EntryPoints.Contains(parameters.Entrypoint))
        {
            throw Refusal(WasmProblems.NoEntrypoint(
                parameters.EntryModule, parameters.Entrypoint, [.. facts.EntryPoints], facts.OtherFunctions.Contains(parameters.Entrypoint)));
        }

        return [.. found];
    }

    private async Task<CompileReply> AddAsync(string importName, string file, string shownPath)
    {
        var (path, facts) = await compiled.GetAsync(file, shownPath, cancellation);
        open.Add(importName);
        foreach (var import in facts.Imports.Where(import => import != Wasi && found.TrueForAll(module => module.ImportName != import)))
        {
            if (open.Contains(import))
            {
                throw Refusal(WasmProblems.CircularImport(shownPath));
            }

            if (found.Count + open.Count >= Maximum)
            {
                throw Refusal(WasmProblems.TooManyModules(Maximum));
            }

            await AddAsync(import, FindImport(import) ?? throw Refusal(WasmProblems.UnknownImport(shownPath, import)), import);
        }

        open.Remove(importName);
        found.Add(new CompiledModule(importName, path));
        return facts;
    }

    /// <summary>An import is a path in the program's files, or the bare name of a file among ImportModules.</summary>
    private string? FindImport(string import)
    {
        if (import.Length == 0)
        {
            return null;
        }

        var listed = parameters.ImportModules.FirstOrDefault(path => Path.GetFileNameWithoutExtension(path) == import);
        return mounts.FindModule(import) ?? (listed is null ? null : mounts.FindModule(listed));
    }

    private static EngineException Refusal(Core.Executions.ExecutionProblem problem) => new(problem, isRefusal: true);
}
