namespace Bacalhau.Cli.Jobs.Get;

/// <summary>Moves unpacked files into the folder of results, all or none: a file that is there already must be the same.</summary>
internal sealed class FileMoves(string folder)
{
    private readonly List<(string From, string To)> moves = [];
    private readonly List<string> folders = [];

    /// <summary>How many files and folders there are.</summary>
    public int Count => moves.Count + folders.Count;

    /// <summary>Adds what was unpacked.</summary>
    /// <param name="unpacked">Folder with the files.</param>
    /// <param name="path">The only file or folder wanted; empty for all.</param>
    /// <param name="target">Folder below the results; empty for the results' own.</param>
    public void Add(string unpacked, string path, string target)
    {
        foreach (var entry in Walk(new DirectoryInfo(unpacked)))
        {
            var name = Path.GetRelativePath(unpacked, entry.FullName);
            if (path.Length > 0 && name != path && !name.StartsWith(path + "/", StringComparison.Ordinal))
                continue;
            var to = Path.Combine(folder, target, name);
            if (entry is DirectoryInfo && entry.LinkTarget is null)
                folders.Add(to);
            else
                moves.Add((entry.FullName, to));
        }
    }

    /// <summary>Moves everything.</summary>
    /// <exception cref="CliException">A different file is in the way; then nothing was moved.</exception>
    public void Run()
    {
        CheckAmongEachOther();
        foreach (var (from, to) in moves)
        {
            if (LiesBehindLink(folder, to))
                throw new CliException($"'{to}' lies behind a link, which is not followed", "Fetch the results into another folder with --output-dir");
            if ((File.Exists(to) || Directory.Exists(to)) && !AreSame(from, to))
                throw new CliException($"cannot merge results as output already exists: {to}", "Fetch the results into another folder with --output-dir, or leave them packed with --raw");
        }
        foreach (var path in folders)
            Directory.CreateDirectory(path);
        foreach (var (from, to) in moves.Where(move => !File.Exists(move.To)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Move(from, to);
        }
    }

    /// <summary>Results that go into one folder must not have different files of one name.</summary>
    private void CheckAmongEachOther()
    {
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (from, to) in moves)
        {
            if (!first.TryAdd(to, from) && !AreSame(from, first[to]))
                throw Clash(to);
        }
        foreach (var path in folders.Concat(moves.Select(move => Path.GetDirectoryName(move.To)!)))
        {
            for (var above = path; above.Length > folder.Length; above = Path.GetDirectoryName(above)!)
            {
                if (first.ContainsKey(above))
                    throw Clash(above);
            }
        }
    }

    private static CliException Clash(string path) => new(
        $"cannot merge results: several executions have a different '{path}'", "Leave out --merge, and the results of each execution lie in a folder of its own");

    /// <summary>Everything below a folder; links are named and not entered.</summary>
    private static IEnumerable<FileSystemInfo> Walk(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            yield return entry;
            if (entry is not DirectoryInfo { LinkTarget: null } child)
                continue;
            foreach (var below in Walk(child))
                yield return below;
        }
    }

    /// <summary>Whether a folder on the way to a file is a link.</summary>
    private static bool LiesBehindLink(string root, string path)
    {
        for (var parent = Path.GetDirectoryName(path); parent is not null && parent.Length > root.Length; parent = Path.GetDirectoryName(parent))
        {
            if (new DirectoryInfo(parent).LinkTarget is not null)
                return true;
        }
        return false;
    }

    private static bool AreSame(string from, string to)
    {
        var (a, b) = (new FileInfo(from), new FileInfo(to));
        if (a.LinkTarget is not null || b.LinkTarget is not null)
            return a.LinkTarget == b.LinkTarget;
        if (!b.Exists || a.Length != b.Length)
            return false;
        using var left = a.OpenRead();
        using var right = b.OpenRead();
        var one = new byte[64 << 10];
        var two = new byte[64 << 10];
        while (left.Read(one) is var count and > 0)
        {
            right.ReadExactly(two.AsSpan(0, count));
            if (!one.AsSpan(0, count).SequenceEqual(two.AsSpan(0, count)))
                return false;
        }
        return true;
    }
}
