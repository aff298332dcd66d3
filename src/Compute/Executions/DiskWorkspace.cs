using Bacalhau.Compute.Logs;
using Bacalhau.Compute.Results;
using Bacalhau.Core;

namespace Bacalhau.Compute.Executions;

/// <summary>The workspace on disk: <c>specs/</c> with one file for each digest, <c>executions/</c> with one folder for each execution.</summary>
/// <param name="root">Folder of the workspace; made if it is not there.</param>
/// <param name="clock">Clock of the logs' frames.</param>
/// <param name="logLimitBytes">Most bytes of one execution's log.</param>
public sealed class DiskWorkspace(string root, TimeProvider clock, long logLimitBytes) : IWorkspace
{
    private readonly string specs = Directory.CreateDirectory(Path.Combine(root, "specs")).FullName;
    private readonly string executions = MakePrivate(Path.Combine(root, "executions"));

    /// <inheritdoc/>
    public byte[]? FindSpec(string digest)
    {
        var file = SpecFile(digest);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <inheritdoc/>
    public void KeepSpec(string digest, byte[] bytes)
    {
        var file = SpecFile(digest);
        try
        {
            File.WriteAllBytes(file, bytes);
        }
        catch (IOException)
        {
            // It is only kept for a restart, which asks for it again; what a full disk has cut must not take the room that is left.
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void DropSpec(string digest) => File.Delete(SpecFile(digest));

    /// <inheritdoc/>
    public IExecutionFolder FolderOf(ExecutionId execution) => new Folder(Path.Combine(executions, Checked(execution.Value)), clock, logLimitBytes);

    /// <inheritdoc/>
    public void Sweep(IReadOnlySet<ExecutionId> held, IReadOnlySet<string> digests)
    {
        foreach (var folder in Directory.EnumerateDirectories(executions).Where(folder => !held.Contains(new ExecutionId(Path.GetFileName(folder)))))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(specs).Where(file => !digests.Contains(Path.GetFileName(file))))
        {
            File.Delete(file);
        }
    }

    private string SpecFile(string digest) => Path.Combine(specs, Checked(digest));

    /// <summary>Ids and digests come from the network: none may lead out of its folder.</summary>
    private static string Checked(string name) => name.Length is > 0 and <= 200 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        ? name
        : throw new ArgumentException($"'{name}' cannot be the name of a folder.", nameof(name));

    private static string MakePrivate(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }

    private sealed class Folder(string path, TimeProvider clock, long logLimitBytes) : IExecutionFolder
    {
        private string LogFile => Path.Combine(path, "log");

        public IResultsFolder Results { get; } = new ResultsFolder(Path.Combine(path, "results"));

        public bool HasLog => File.Exists(LogFile);

        public string Scratch => Path.Combine(path, "scratch");

        public string MakeInput(int index) => MakeEmpty(Path.Combine(path, "inputs", $"{index}"));

        public ExecutionLog OpenLog() => ExecutionLog.Open(LogFile, clock, logLimitBytes);

        public void Clear(bool keepsResults)
        {
            DeleteIfThere(Path.Combine(path, "scratch"));
            DeleteIfThere(Path.Combine(path, "inputs"));
            if (!keepsResults)
            {
                Results.Delete();
            }
        }

        public void Delete() => DeleteIfThere(path);

        private static string MakeEmpty(string folder)
        {
            DeleteIfThere(folder);
            return Directory.CreateDirectory(folder).FullName;
        }

        private static void DeleteIfThere(string folder)
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
