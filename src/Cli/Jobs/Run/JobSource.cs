using System.Text;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>Gets the text of a job from a file or from what is typed or piped in.</summary>
internal static class JobSource
{
    /// <summary>The text.</summary>
    /// <exception cref="CliException">The file cannot be read, or is larger than a job may be.</exception>
    public static async Task<string> ReadAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Words.IsEmpty)
        {
            if (invocation.Host.IsInputTerminal)
                invocation.Host.Error.WriteLine("Write the job here, and end it with Ctrl+D:");
            return await invocation.Host.Input.ReadToEndAsync(cancellation);
        }
        var name = invocation.Words[0];
        var path = invocation.Host.PathOf(name);
        if (Directory.Exists(path))
            throw new CliException($"reading job file (\"{name}\"): read {name}: is a directory", "Name a YAML or JSON file");
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > JobFile.MaxBytes } large)
                throw new CliException($"reading job file (\"{name}\"): it has {large.Length} bytes, more than the {JobFile.MaxBytes} a job may have");
            return await File.ReadAllTextAsync(path, Encoding.UTF8, cancellation);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException(
                $"opening job file (\"{name}\"): open {name}: no such file or directory", name == "-" ? "Leave the name out to read the job from standard input" : "");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"reading job file (\"{name}\"): {problem.Message}");
        }
    }
}
