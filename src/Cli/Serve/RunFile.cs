using System.Globalization;

namespace Bacalhau.Cli.Serve;

/// <summary>A file of shell lines that point clients at a node, there while the node runs.</summary>
internal sealed class RunFile : IDisposable
{
    /// <summary>Names the file where it is not to lie in the data folder.</summary>
    private const string PathVariable = "DEVSTACK_ENV_FILE";

    private readonly string path;

    private RunFile(string path) => this.path = path;

    /// <summary>Writes it; a node that cannot write it serves all the same, without one.</summary>
    /// <param name="host">The process around the node.</param>
    /// <param name="dataDir">The node's data folder.</param>
    /// <param name="api">Address of its API.</param>
    public static RunFile? Write(CliHost host, string dataDir, Uri api)
    {
        var path = host.Variable(PathVariable) is { Length: > 0 } given ? host.PathOf(given) : Path.Combine(dataDir, "bacalhau.run");
        var name = api.Host is "0.0.0.0" or "[::]" ? "127.0.0.1" : api.Host;
        try
        {
            File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"export BACALHAU_API_HOST={name}\nexport BACALHAU_API_PORT={api.Port}\n"));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            return new(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            host.Error.WriteLine($"Warning: {path} cannot be written; the node runs without it: {problem.Message}");
            return null;
        }
    }

    /// <summary>Removes it; one that cannot be removed does not hold up the node's end.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The next start writes over it.
        }
    }
}
