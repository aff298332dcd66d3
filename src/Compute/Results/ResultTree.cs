using Microsoft.Win32.SafeHandles;

namespace Bacalhau.Compute.Results;

/// <summary>
/// Walks a results folder as its content is, not as its names lead: every folder and file is opened beneath the one before it without
/// following links, so whatever the program left there cannot name a file of the node.
/// </summary>
public static class ResultTree
{
    private const int MostDepth = 200;

    /// <summary>All entries in order of their names, each folder before its content. The folder itself is not among them.</summary>
    /// <exception cref="IOException">The folder cannot be opened, or is nested too deeply.</exception>
    public static IEnumerable<ResultEntry> Walk(string folder)
    {
        using var root = FileFacts.TryOpen(folder) ?? throw new IOException($"the results folder '{folder}' is not there");
        foreach (var entry in Walk(root, "", 0))
        {
            yield return entry;
        }
    }

    private static IEnumerable<ResultEntry> Walk(SafeFileHandle folder, string above, int depth)
    {
        if (depth > MostDepth)
        {
            throw new IOException($"the results are nested more than {MostDepth} folders deep at '{above}'");
        }

        var place = $"/proc/self/fd/{folder.DangerousGetHandle()}";
        var names = Directory.EnumerateFileSystemEntries(place, "*", new EnumerationOptions { AttributesToSkip = 0 }).Select(path => Path.GetFileName(path)!);
        foreach (var name in names.Order(StringComparer.Ordinal).ToList())
        {
            var path = above.Length == 0 ? name : $"{above}/{name}";
            using var opened = FileFacts.TryOpen($"{place}/{name}");
            var entry = Describe(path, $"{place}/{name}", opened);
            yield return entry;
            if (entry.Kind == ResultKind.Folder)
            {
                foreach (var below in Walk(opened!, path, depth + 1))
                {
                    yield return below;
                }
            }
        }
    }

    private static ResultEntry Describe(string path, string place, SafeFileHandle? opened)
    {
        if (opened is null)
        {
            return new ResultEntry(path, ResultKind.LeftOut) { Reason = "its name cannot be read" };
        }

        var facts = FileFacts.Of(opened);
        return facts.Type switch
        {
            FileFacts.Folder => new ResultEntry(path, ResultKind.Folder, opened, facts),
            FileFacts.File => new ResultEntry(path, ResultKind.File, opened, facts),
            FileFacts.Link => new ResultEntry(path, ResultKind.Link, opened, facts) { LinkTarget = new FileInfo(place).LinkTarget ?? "" },
            _ => new ResultEntry(path, ResultKind.LeftOut, opened, facts) { Reason = "it is a device, a pipe or a socket" },
        };
    }
}
