using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Rules of engines. Types that are not built in are left to the nodes, which may have them as plugins.</summary>
internal static class EngineValidation
{
    public static void CheckEngine(TaskSpec task, string path, SpecProblems problems)
    {
        if (task.Engine is not { } engine)
        {
            problems.Add($"{path}.Engine", $"task '{task.Name}': the engine is missing", "write Engine: {Type: docker, Params: …}", SpecProblemCode.Missing);
        }
        else if (string.IsNullOrWhiteSpace(engine.Type))
        {
            problems.Add($"{path}.Engine.Type", $"task '{task.Name}': the engine has no type", "docker or wasm", SpecProblemCode.Missing);
        }
        else if (Is(engine, EngineTypes.Docker))
        {
            AddAll(task, DockerParams.Read(engine, $"{path}.Engine").Problems, problems);
        }
        else if (Is(engine, EngineTypes.Wasm))
        {
            CheckWasm(task, engine, path, problems);
        }
    }

    /// <summary>Parameters that the built-in engines do not have.</summary>
    public static IEnumerable<SpecProblem> UnknownParams(TaskSpec task, string path)
    {
        var engine = task.Engine ?? new SpecConfig();
        return Is(engine, EngineTypes.Docker) ? DockerParams.Read(engine, $"{path}.Engine").Warnings
            : Is(engine, EngineTypes.Wasm) ? WasmParams.Read(engine, $"{path}.Engine").Warnings
            : [];
    }

    public static bool Is(SpecConfig config, string type) => string.Equals(config.Type.Trim(), type, StringComparison.OrdinalIgnoreCase);

    public static void AddAll(TaskSpec task, ImmutableArray<SpecProblem> found, SpecProblems problems)
    {
        foreach (var problem in found)
        {
            problems.Add(problem.Path, $"task '{task.Name}': {problem.Message}", problem.Hint, problem.Code);
        }
    }

    private static void CheckWasm(TaskSpec task, SpecConfig engine, string path, SpecProblems problems)
    {
        var read = WasmParams.Read(engine, $"{path}.Engine");
        AddAll(task, read.Problems, problems);
        if (read.Value is not { } wasm)
        {
            return;
        }

        CheckModule("EntryModule", wasm.EntryModule);
        foreach (var module in wasm.ImportModules)
        {
            CheckModule("ImportModules", module);
        }

        void CheckModule(string name, string module)
        {
            if (WasmParams.InputOf(task, module) is null)
            {
                problems.Add(
                    $"{path}.Engine.Params.{name}",
                    $"task '{task.Name}': {name} is '{module}', which is the target of no input",
                    $"add an input source with Target: {module}");
            }
        }
    }
}
