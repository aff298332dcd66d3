using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>Runs a recorded <c>serve</c> or <c>devstack</c> as a process of its own, with ports of its own.</summary>
internal static partial class GoldenProcess
{
    /// <summary>How long a node may take to end.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>What came of it.</summary>
    public static async Task<GoldenResult> RunAsync(GoldenCase recorded, List<string> arguments, Dictionary<string, string> environment, string workingFolder)
    {
        var first = FreePort.FirstOf(50);
        string Here(string text) => PortPattern().Replace(text, port => (first + int.Parse(port.Groups["last"].Value, CultureInfo.InvariantCulture) - 50).ToString(CultureInfo.InvariantCulture));
        var start = new ProcessStartInfo(GoldenServer.Program, arguments.Select(Here)) { WorkingDirectory = workingFolder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment.Where(pair => pair.Key != "TMPDIR"))
            start.Environment[name] = Here(value);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(_patience) is { } line)
        {
            output.Append(line).Append('\n');
            if (recorded.Signal.Length > 0 && (line.Contains("is running as", StringComparison.Ordinal) || line.Contains("is ready!", StringComparison.Ordinal)))
                await SendAsync(recorded.Signal, process.Id);
        }
        await process.WaitForExitAsync().WaitAsync(_patience);
        return new(process.ExitCode, output.ToString(), await error);
    }

    private static async Task SendAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", ["-s", signal[3..], process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The recorded ports of nodes that were started by the command, but those that were taken already.</summary>
    [GeneratedRegex(@"\b220(?<last>[5-9]\d)\b")]
    private static partial Regex PortPattern();
}
