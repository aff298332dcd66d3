using Bacalhau.Compute.Worker.Contract;
using Wasmtime;

namespace Bacalhau.Worker.Wasm;

/// <summary>Compiles a module to a file that later runs load without compiling.</summary>
internal static class ModuleCompilation
{
    /// <summary>Compiles, and tells what the module imports and exports.</summary>
    public static CompileReply Do(WasmRuntime runtime, CompileRequest request)
    {
        try
        {
            using var module = Module.FromBytes(runtime.Engine, "module", File.ReadAllBytes(request.ModulePath));
            File.WriteAllBytes(request.OutputPath, module.Serialize());
            var functions = module.Exports.OfType<FunctionExport>().ToLookup(function => function.Parameters.Count == 0, function => function.Name);
            return new CompileReply("", module.Imports.Select(import => import.ModuleName).Distinct().ToArray(), functions[true].ToArray(), functions[false].ToArray());
        }
        catch (WasmtimeException e)
        {
            return new CompileReply(RuntimeMessage.Shorten(e.Message), [], [], []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not the module's fault, as an answer would say: the disk is full, say.
            Console.Error.WriteLine(e.Message);
            LinuxCalls.ExitNow(1);
            throw;
        }
    }
}
