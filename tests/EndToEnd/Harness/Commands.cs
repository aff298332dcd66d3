using System.Diagnostics;
using System.Globalization;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>What a run of the command line gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Both outputs.</summary>
    public string Text => Output + Error;
}

/// <summary>Runs <c>bacalhau</c> as a person does.</summary>
internal static class Commands
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="folder">Folder it runs in, which holds its own data directory.</param>
    /// <param name="node">The node it talks to.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<CommandResult> RunAsync(string folder, Node node, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(node.Program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        start.Environment["BACALHAU_DIR"] = Path.Combine(folder, "client");
        start.Environment["BACALHAU_API_HOST"] = "127.0.0.1";
        start.Environment["BACALHAU_API_PORT"] = node.ApiPort.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }
}
