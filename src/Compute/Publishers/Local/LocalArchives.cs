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
    private const int SecretLength = 32;
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

    /// <summary>Deletes what is older than the time.</summary>
    public void DeleteOlder(DateTimeOffset time)
    {
        foreach (var file in Find((ref entry) => entry.LastWriteTimeUtc < time, (ref entry) => entry.ToFullPath()))
        {
            File.Delete(file);
        }
    }

    /// <summary>Bytes of all archives.</summary>
    public long Bytes() => Find((ref _) => true, (ref entry) => entry.Length).Sum();

    /// <summary>The executions of all archives.</summary>
    public IReadOnlyList<ExecutionId> List() =>
        [.. Find((ref _) => true, (ref entry) => entry.ToFullPath()).Select(path => new ExecutionId(Path.GetFileName(path)[..^(SecretLength + Ending.Length + 1)])).Distinct().Order()];

    private List<string> OfExecution(ExecutionId execution) =>
        NamePattern().IsMatch($"{execution}-{new string('0', SecretLength)}{Ending}")
            ? [.. Directory.EnumerateFiles(folder, $"{execution}-*{Ending}").Where(path => NamePattern().IsMatch(Path.GetFileName(path)))]
            : [];

    private FileSystemEnumerable<T> Find<T>(FileSystemEnumerable<T>.FindPredicate isWanted, FileSystemEnumerable<T>.FindTransform find) => new(folder, find)
    {
        ShouldIncludePredicate = (ref entry) => NamePattern().IsMatch(entry.FileName) && isWanted(ref entry),
    };

    private string PathOf(string name) => Path.Combine(folder, name);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,99}-[0-9a-f]{32}\.tar\.gz\z")]
    private static partial Regex NamePattern();
}
