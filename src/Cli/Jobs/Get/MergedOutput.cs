namespace Bacalhau.Cli.Jobs.Get;

/// <summary>Makes one of what every result has: the outputs one after the other, and a line with each exit code, in the order of the partitions.</summary>
/// <param name="unpacked">Folders with the files of the results, in that order.</param>
internal sealed class MergedOutput(IReadOnlyList<string> unpacked)
{
    private static readonly string[] _outputs = ["stdout", "stderr"];
    private const string ExitCode = "exitCode";

    /// <summary>Makes them in a folder, and takes them out of the results.</summary>
    /// <returns>The folder.</returns>
    public string Take(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (var name in _outputs)
            Append(name, Path.Combine(folder, name));
        var codes = Files(ExitCode).Select(file => File.ReadAllText(file).Trim()).ToList();
        if (codes.Count > 0)
            File.WriteAllLines(Path.Combine(folder, ExitCode), codes);
        foreach (var file in _outputs.Append(ExitCode).SelectMany(Files))
            File.Delete(file);
        return folder;
    }

    private void Append(string name, string to)
    {
        using var target = Files(name).Any() ? File.Create(to) : null;
        foreach (var file in Files(name))
        {
            using var content = File.OpenRead(file);
            content.CopyTo(target!);
        }
    }

    private IEnumerable<string> Files(string name) =>
        unpacked.Select(folder => new FileInfo(Path.Combine(folder, name))).Where(file => file is { Exists: true, LinkTarget: null }).Select(file => file.FullName);
}
