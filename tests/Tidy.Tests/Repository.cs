using System.Collections.Immutable;

namespace Bacalhau.Tidy.Tests;

/// <summary>The files of this repository as they lie on the disk, without what is built or fetched.</summary>
internal static class Repository
{
    private static readonly ImmutableArray<string> _skippedFolders = [".git", "artifacts", "bin", "obj", "node_modules", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>All files, by path from the root with forward slashes, sorted.</summary>
    public static ImmutableArray<string> Files { get; } = [.. Below(Root).Order(StringComparer.Ordinal)];

    public static IEnumerable<CodeFile> Code { get; } =
        [.. FilesNamed("*.cs").Select(path => CodeFile.Read(path, Read(path)))];

    /// <summary>The files whose name ends in one of the given endings, such as <c>.md</c>.</summary>
    public static IEnumerable<string> FilesNamed(params string[] endings) =>
        Files.Where(path => endings.Any(ending => path.EndsWith(ending.TrimStart('*'), StringComparison.Ordinal)));

    public static bool Exists(string path) =>
        File.Exists(Path.Combine(Root, path)) || Directory.Exists(Path.Combine(Root, path));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The lines of a file with their numbers, which start at 1.</summary>
    public static IEnumerable<(int Number, string Text)> Lines(string path) =>
        Read(path).Split('\n').Select((text, index) => (index + 1, text));

    private static IEnumerable<string> Below(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        }

        foreach (var child in Directory.EnumerateDirectories(folder).Where(d => !_skippedFolders.Contains(Path.GetFileName(d))))
        {
            foreach (var file in Below(child))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Bacalhau.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Bacalhau.slnx.");
    }
}
