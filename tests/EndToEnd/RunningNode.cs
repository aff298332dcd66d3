using System.Diagnostics;
using System.Globalization;
using Bacalhau.TestKit.Network;
using Bacalhau.TestKit.Processes;

namespace Bacalhau.EndToEnd;

/// <summary>A built program that runs as orchestrator and compute node, with a data folder and ports of its own, and its command line.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bacalhau-node-");
    private readonly string binary;
    private readonly Process process;

    private RunningNode(string binary, IEnumerable<string> settings)
    {
        this.binary = binary;
        ApiPort = FreePort.Next();
        string[] own =
        [
            "API.Host=127.0.0.1", Setting("API.Port", ApiPort), "Orchestrator.Host=127.0.0.1", Setting("Orchestrator.Port", FreePort.Next()),
            "Publishers.Types.Local.Address=127.0.0.1", Setting("Publishers.Types.Local.Port", FreePort.Next()),
        ];
        string[] serve = ["serve", "--orchestrator", "--compute", "--data-dir", Path.Combine(folder.FullName, "node")];
        process = Start([.. serve, .. own.Concat(settings).SelectMany(setting => new[] { "-c", setting })], Log.Add);
    }

    /// <summary>Port of the HTTP API on the loopback interface.</summary>
    public int ApiPort { get; }

    /// <summary>What the node writes.</summary>
    public LineLog Log { get; } = new();

    /// <summary>A folder for the test's files, removed with the node.</summary>
    public string Folder => folder.FullName;

    /// <summary>Starts a node and waits until its API answers.</summary>
    public static async Task<RunningNode> StartAsync(string binary, params string[] settings)
    {
        var node = new RunningNode(binary, settings);
        var since = Stopwatch.GetTimestamp();
        while ((await node.RunAsync("agent", "alive")).ExitCode != 0)
        {
            if (node.process.HasExited || Stopwatch.GetElapsedTime(since) > LineLog.Patience)
            {
                var log = string.Join('\n', node.Log.All);
                await node.DisposeAsync();
                throw new InvalidOperationException($"The node did not start. It wrote:\n{log}");
            }
        }

        return node;
    }

    /// <summary>Runs a command against the node.</summary>
    public async Task<CommandResult> RunAsync(params string[] arguments)
    {
        var output = new LineLog();
        var errors = new LineLog();
        using var command = Start(arguments, output.Add, errors.Add);
        await command.WaitForExitAsync().WaitAsync(LineLog.Patience * 2);
        return new CommandResult(command.ExitCode, string.Join('\n', output.All), string.Join('\n', errors.All));
    }

    /// <summary>Sends TERM and returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync().WaitAsync(LineLog.Patience);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await StopAsync();
        }

        process.Dispose();
        folder.Delete(recursive: true);
    }

    private static string Setting(string key, int value) => string.Create(CultureInfo.InvariantCulture, $"{key}={value}");

    private Process Start(string[] arguments, Action<string> output, Action<string>? errors = null)
    {
        var start = new ProcessStartInfo(binary, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.FullName,
        };
        start.Environment["BACALHAU_DIR"] = Path.Combine(folder.FullName, "client");
        start.Environment["BACALHAU_API_HOST"] = "127.0.0.1";
        start.Environment["BACALHAU_API_PORT"] = ApiPort.ToString(CultureInfo.InvariantCulture);
        var started = Process.Start(start)!;
        started.StandardInput.Close();
        started.OutputDataReceived += (_, line) => Add(output, line.Data);
        started.ErrorDataReceived += (_, line) => Add(errors ?? output, line.Data);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }

    private static void Add(Action<string> log, string? line)
    {
        if (line is not null)
        {
            log(line);
        }
    }
}

/// <summary>What a command did.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors);
