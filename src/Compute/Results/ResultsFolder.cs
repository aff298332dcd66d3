using System.Collections.Immutable;
using System.Globalization;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Logs;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Results;

/// <summary>The results of one execution on disk: <c>stdout</c>, <c>stderr</c>, <c>exitCode</c> and one folder for each result path.</summary>
/// <param name="path">Absolute path of the folder; its parent is the execution's own.</param>
public sealed class ResultsFolder(string path) : IResultsFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>A program may run as any user of its image; the folder above keeps the node's other users out.</summary>
    private const UnixFileMode Open = Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <inheritdoc/>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <inheritdoc/>
    public bool IsThere => Directory.Exists(Path);

    /// <summary>What is being deleted has this name, so that half of the results is never taken for all of them.</summary>
    private string Deleted => Path + ".deleted";

    /// <inheritdoc/>
    public ImmutableArray<Mount> Create(IReadOnlyList<ResultPath> results)
    {
        if (ResultNames.FindProblem(results) is { } problem)
        {
            throw new EngineException(problem, isRefusal: true);
        }

        try
        {
            Delete();
            MakeFolder(Path, Private);
            foreach (var mount in Find(results))
            {
                MakeFolder(mount.Source, Open);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                new ExecutionProblem("Results:NoFolder", $"the folder for results cannot be made: {e.Message}", "Look at the disk of the node."), isRefusal: false, e);
        }

        return Find(results);
    }

    /// <inheritdoc/>
    public ImmutableArray<Mount> Find(IReadOnlyList<ResultPath> results) =>
        [.. results.Select(result => new Mount(System.IO.Path.Combine(Path, result.Name), result.Path, Writable: true))];

    /// <inheritdoc/>
    public void WriteOutcome(ExecutionLog log, int exitCode)
    {
        using (var stdout = NewFile(ResultNames.Stdout))
        using (var stderr = NewFile(ResultNames.Stderr))
        {
            log.CopyStreamsTo(stdout, stderr);
        }

        using var code = new StreamWriter(NewFile(ResultNames.ExitCode));
        code.Write(exitCode.ToString(CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public long MeasureBytes() => !IsThere ? 0 : Directory.EnumerateDirectories(Path).Sum(folder => new UnlinkedFiles(folder).Sum());

    /// <inheritdoc/>
    public void Delete()
    {
        DropDeleted();
        if (IsThere)
        {
            Directory.Move(Path, Deleted);
            DropDeleted();
        }
    }

    private void DropDeleted()
    {
        if (Directory.Exists(Deleted))
        {
            Directory.Delete(Deleted, recursive: true);
        }
    }

    private static void MakeFolder(string folder, UnixFileMode mode)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            // The mode given at creation would be cut by the process's umask.
            File.SetUnixFileMode(folder, mode);
        }
    }

    /// <summary>The name is deleted first: a program cannot have put a link there, but an earlier, cut attempt may have left a file.</summary>
    private FileStream NewFile(string name)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.Delete(file);
        return new FileStream(file, FileMode.CreateNew, FileAccess.Write);
    }
}
