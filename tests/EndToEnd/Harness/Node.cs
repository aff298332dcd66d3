using System.Diagnostics;
using System.Globalization;
using Bacalhau.TestKit.Processes;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>A started <c>bacalhau serve</c> or <c>devstack</c>, ended with this object.</summary>
internal sealed class Node : IDisposable
{
    private readonly Process process;

    private Node(Process process, int apiPort)
    {
        this.process = process;
        Program = process.StartInfo.FileName;
        Api = new Api(apiPort);
        ApiPort = apiPort;
    }

    /// <summary>What it printed.</summary>
    public LineLog Log { get; } = new();

    /// <summary>All it printed, in one text.</summary>
    public string Output => string.Join('\n', Log.All);

    /// <summary>Path of its program, which is the command line too.</summary>
    public string Program { get; }

    /// <summary>Its API.</summary>
    public Api Api { get; }

    /// <summary>Port of its API.</summary>
    public int ApiPort { get; }

    /// <summary>Process id; still known when the process is over and nothing is kept of it.</summary>
    public int Id { get; private set; }

    /// <summary>Process id of its message server; null if there is none now.</summary>
    public int? MessageServer => Processes.Below(Id, "nats-server") is [var first, ..] ? first : null;

    /// <summary>Starts the program; it may not be ready yet.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="apiPort">Port of its API, for those who ask it.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="variables">Further environment variables; null removes one.</param>
    public static Node Start(string program, int apiPort, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string? Value)> variables)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var node = new Node(new Process { StartInfo = start }, apiPort);
        node.process.OutputDataReceived += (_, line) => node.Log.Add(line.Data ?? "");
        node.process.ErrorDataReceived += (_, line) => node.Log.Add(line.Data ?? "");
        node.process.Start();
        node.Id = node.process.Id;
        node.process.BeginOutputReadLine();
        node.process.BeginErrorReadLine();
        return node;
    }

    /// <summary>Waits until its API answers; fails with what it printed if it ended before.</summary>
    public Task<Node> ReadyAsync() => Eventually.SeesAsync<Node>($"API on port {ApiPort}", async () =>
        process.HasExited ? throw new InvalidOperationException($"The node ended with {process.ExitCode}:\n{Output}")
        : await Api.IsAliveAsync() ? this : null);

    /// <summary>Ends it as a crash does; what it had started is left to notice that itself.</summary>
    public async Task KillAsync()
    {
        Processes.KillNow(Id);
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> TerminateAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        Processes.Terminate(Id);
        await EndAsync();
        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(double seconds = 30)
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(seconds));
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Processes.KillNow(Id);
            process.WaitForExit();
        }

        Api.Dispose();
        process.Dispose();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"process {Id}:\n{Output}");
}
