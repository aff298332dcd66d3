using System.IO.Enumeration;
using System.Text.RegularExpressions;
using Bacalhau.Core;

namespace Bacalhau.Compute.Publishers.Local;

/// <summary>
/// The folder of published archives. A name is <c>&lt;executionID&gt;-&lt;128-bit secret&gt;.tar.gz</c>: who does not know the secret
/// cannot fetch the result. What is being written begins with a dot and is never served.
/// </summary>
internal sealed partial class LocalArchives(string folder)
{
    private const string Ending = ".tar.gz";
    private const string Unfinished = ".new-";

    /// <summary>Makes the folder, and clears what an earlier life of the node did not finish.</summary>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public void Open()
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(folder, Unfinished + "*"))
        {
            File.Delete(file);
        }
    }

    /// <summary>Path of an archive by its name; null if the name is none of an archive or there is none.</summary>
    public string? FindByName(string name) => NamePattern().IsMatch(name) && File.Exists(PathOf(name)) ? PathOf(name) : null;

    /// <summary>Path of an execution's archive; null if there is none.</summary>
    public string? FindByExecution(ExecutionId execution) => OfExecution(execution).FirstOrDefault();

    /// <summary>A place to write an execution's archive to, before it becomes visible.</summary>
    public string UnfinishedPath(ExecutionId execution, string secret) => PathOf($"{Unfinished}{execution}-{secret}");

    /// <summary>Makes an archive visible in one step, instead of any earlier one of the execution; gives its name.</summary>
    public string Finish(string unfinished, ExecutionId execution, string secret)
    {
        var name = $"{execution}-{secret}{Ending}";
        var earlier = OfExecution(execution);
        File.Move(unfinished, PathOf(name), overwrite: true);
        earlier.ForEach(File.Delete);
        return name;
    }

    /// <summary>Deletes what there is of an execution.</summary>
    public void Delete(ExecutionId execution)
    {
        if (Directory.Exists(folder))
        {
            OfExecution(execution).ForEach(File.Delete);
        }
    }

    /// <summary>Deletes what is older than the time, then the oldest until the rest fits.</summary>
    public void Collect(DateTimeOffset olderThan, long mostBytes)
    {
        var files = new FileSystemEnumerable<(string Path, DateTimeOffset Written, long Bytes)>(
            folder, (ref entry) => (entry.ToFullPath(), entry.LastWriteTimeUtc, entry.Length))
        {
            ShouldIncludePredicate = (ref entry) => NamePattern().IsMatch(entry.FileName),
        }.OrderBy(file => file.Written).ToList();
        var bytes = files.Sum(file => file.Bytes);
        foreach (var file in files.TakeWhile(file => file.Written < olderThan || bytes > mostBytes))
        {
            bytes -= file.Bytes;
            File.Delete(file.Path);
        }
    }

    private List<string> OfExecution(ExecutionId execution) =>
        NamePattern().IsMatch($"{execution}-{new string('0', 32)}{Ending}")
            ? [.. Directory.EnumerateFiles(folder, $"{execution}-*{Ending}").Where(path => NamePattern().IsMatch(Path.GetFileName(path)))]
            : [];

    private string PathOf(string name) => Path.Combine(folder, name);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,99}-[0-9a-f]{32}\.tar\.gz\z")]
    private static partial Regex NamePattern();
}
