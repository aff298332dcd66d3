namespace Bacalhau.Cli.Configuration;

/// <summary>Where the data directory is.</summary>
internal static class DataDirectory
{
    /// <summary>The folder that is used when nobody names one.</summary>
    public static string Default(CliHost host) => Path.Combine(host.HomeFolder, ".bacalhau");

    /// <summary>The folder that a flag names, which may be relative to the working directory.</summary>
    public static string OfFlag(string folder, CliHost host) => folder.Length == 0 || folder[0] == '~' ? folder : host.PathOf(folder);

    /// <summary>The folder with the home directory filled in.</summary>
    /// <exception cref="CliException">It is empty, relative, or holds a variable.</exception>
    public static string Checked(string folder, CliHost host)
    {
        if (folder.Length == 0)
            throw new CliException("data dir path is empty", "Name a folder with --data-dir, or leave it out for ~/.bacalhau");
        if (folder.Contains('$', StringComparison.Ordinal))
            throw new CliException($"data dir path \"{folder}\" contains a '$' character", "Variables are not expanded here: write the path out");
        if (folder == "~" || folder.StartsWith("~/", StringComparison.Ordinal))
            return Path.GetFullPath(Path.Combine(host.HomeFolder, folder[1..].TrimStart('/')));
        return Path.IsPathRooted(folder)
            ? Path.TrimEndingDirectorySeparator(folder)
            : throw new CliException($"data dir path \"{folder}\" is not an absolute path", "Use an absolute path, or one that begins with ~/");
    }
}
