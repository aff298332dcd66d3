using System.Collections.Immutable;
using Bacalhau.Compute.Worker.Contract;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Engines.Wasm;

/// <summary>The files and folders that a program sees. Targets are paths from the root without a leading slash.</summary>
internal sealed class WasmMounts
{
    private WasmMounts(ImmutableArray<MountedFile> files, ImmutableArray<MountedFolder> folders)
    {
        Files = files;
        Folders = folders;
    }

    /// <summary>Single files.</summary>
    public ImmutableArray<MountedFile> Files { get; }

    /// <summary>Folders.</summary>
    public ImmutableArray<MountedFolder> Folders { get; }

    /// <summary>The mounts of a run.</summary>
    /// <exception cref="EngineException">They get into each other's way, or a source is missing.</exception>
    public static WasmMounts Of(EngineRun run)
    {
        ImmutableArray<Mount> mounts = [.. run.Inputs, .. run.Results];
        if (FindClash([.. mounts.Select(mount => mount.Target)]) is { } clash)
        {
            throw new EngineException(clash, isRefusal: true);
        }

        var folders = mounts.Where(mount => Directory.Exists(mount.Source))
            .Select(mount => new MountedFolder(mount.Source, PathFromRoot(mount.Target), mount.Writable)).ToImmutableArray();
        var files = mounts.Where(mount => !Directory.Exists(mount.Source))
            .Select(mount => new MountedFile(mount.Source, PathFromRoot(mount.Target))).ToImmutableArray();
        foreach (var file in files)
        {
            // A program looks for a file in the mounted folder with the longest fitting name, and finds only what lies there.
            if (folders.FirstOrDefault(folder => IsBelow(file.Target, folder.Target)) is { } above)
            {
                throw new EngineException(
                    WasmProblems.InputUnusable($"The file /{file.Target} lies inside the mounted folder /{above.Target}, where WebAssembly cannot show it."), isRefusal: true);
            }
        }

        return new WasmMounts(files, folders);
    }

    /// <summary>Two targets that are the same, or one that leaves the root; null if all is well.</summary>
    public static ExecutionProblem? FindClash(IReadOnlyCollection<string> targets)
    {
        if (targets.FirstOrDefault(target => target.Split('/').Contains("..") || PathFromRoot(target).Length == 0) is { } wrong)
        {
            return WasmProblems.InputUnusable($"\"{wrong}\" cannot be the place of an input or a result: it must be a path below / without \"..\".");
        }

        var twice = targets.GroupBy(PathFromRoot, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? null : WasmProblems.InputUnusable($"Two inputs or results have the same place /{twice.Key}.");
    }

    /// <summary>The path without leading, trailing and doubled slashes and without <c>.</c> steps.</summary>
    public static string PathFromRoot(string path) =>
        string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(step => step != "."));

    private static bool IsAtOrBelow(string path, string target) => path == target || IsBelow(path, target);

    /// <summary>The file with the module that the program's path names; null if there is none.</summary>
    public string? FindModule(string path)
    {
        var wanted = PathFromRoot(path);
        if (Files.FirstOrDefault(file => file.Target == wanted) is { } found)
        {
            return File.Exists(found.Source) ? found.Source : null;
        }

        if (Files.Where(file => Path.GetDirectoryName(file.Target) == wanted && file.Target.EndsWith(".wasm", StringComparison.Ordinal)).ToList() is [var only])
        {
            return only.Source;
        }

        var folder = Folders.Where(folder => IsAtOrBelow(wanted, folder.Target)).MaxBy(folder => folder.Target.Length);
        return folder is null || wanted.Split('/').Contains("..") ? null : FindBelow(folder.Source, wanted[folder.Target.Length..]);
    }

    private static string? FindBelow(string source, string rest)
    {
        var path = source;
        foreach (var step in rest.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, step);
            if (new FileInfo(path).LinkTarget is not null)
            {
                return null;
            }
        }

        if (File.Exists(path))
        {
            return path;
        }

        var modules = Directory.Exists(path) ? Directory.GetFiles(path, "*.wasm") : [];
        return modules is [var only] && new FileInfo(only).LinkTarget is null ? only : null;
    }

    private static bool IsBelow(string path, string target) => path.StartsWith(target + "/", StringComparison.Ordinal);
}
