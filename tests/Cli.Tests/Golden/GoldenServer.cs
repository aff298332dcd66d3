using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bacalhau.Cli.Tests.Support;
using Bacalhau.TestKit.Network;
using Bacalhau.TestKit.Processes;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>The built program as a cluster of two nodes, with the jobs that the recordings name.</summary>
public sealed partial class GoldenServer : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("bacalhau-server").FullName;
    private readonly List<Process> processes = [];

    /// <summary>The built program; empty if there is none to test.</summary>
    internal static string Program => Environment.GetEnvironmentVariable("BACALHAU_TEST_BINARY") ?? "";

    /// <summary>Port of the API.</summary>
    internal int Port { get; } = FreePort.Next();

    /// <summary>Port for other nodes.</summary>
    internal int MessagePort { get; } = FreePort.Next();

    public async ValueTask InitializeAsync()
    {
        if (Program.Length == 0)
            return;
        await StartAsync(
            "node-a", "is running as", "--orchestrator", "-c", Text($"API.Port={Port}"), "-c", "Orchestrator.Host=127.0.0.1", "-c", Text($"Orchestrator.Port={MessagePort}"), "-c", "Labels=zone=a");
        await JoinAsync("node-b");
        foreach (var job in GoldenJobs.Done)
            await RunAsync(job, null, "job", "run");
        foreach (var job in GoldenJobs.Running)
            await RunAsync(job, "Running", "job", "run");
        await RunAsync(GoldenJobs.Waiting, "Queueing", "job", "run", "--group-events");
        await RunAsync("", null, "job", "stop", GoldenScene.Stopped);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What lies in the data folder of the server.</summary>
    internal string PathOf(string file) => Path.Combine(folder, "node-a", file);

    /// <summary>Sets the scene of a recorded command, and puts its ids, names and ports into the command.</summary>
    internal async Task<GoldenCase> PrepareAsync(GoldenCase recorded)
    {
        var scene = GoldenScene.Of(recorded.Name);
        if (scene.Fresh.Length > 0)
            await RunAsync(scene.Fresh, "Queueing", "job", "run", "--group-events");
        if (scene.Node.Length > 0)
            await JoinAsync(scene.Node);
        if (scene.Earlier.Length > 0)
            await RunAsync("", null, [.. GoldenCase.Read(scene.Earlier).Arguments.Select(word => scene.Names.GetValueOrDefault(word, word))]);
        var ids = recorded.Arguments.Any(word => IdPattern().IsMatch(word)) ? await IdsAsync(scene.Job) : [];
        return recorded with
        {
            Arguments = [.. recorded.Arguments.Select(word => ids.Aggregate(Here(scene.Names.GetValueOrDefault(word, word)), (text, id) => text.Replace(id.Recorded, id.Here, StringComparison.Ordinal)))],
            Environment = recorded.Environment.ToImmutableSortedDictionary(pair => pair.Key, pair => Here(pair.Value), StringComparer.Ordinal),
        };
    }

    /// <summary>A recorded text with the ports of this server, which stands for the one at port 22060 too.</summary>
    internal string Here(string text) => text.Replace("22060", Text($"{Port}"), StringComparison.Ordinal)
        .Replace("22000", Text($"{Port}"), StringComparison.Ordinal).Replace("22001", Text($"{MessagePort}"), StringComparison.Ordinal);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private Task JoinAsync(string name) => StartAsync(
        name, "is connected to its orchestrator", "-c", Text($"Compute.Orchestrators=nats://127.0.0.1:{MessagePort}"), "-c", "API.Port=0", "-c", "Labels=zone=b");

    /// <summary>Starts a node, and waits until it says a text.</summary>
    private Task StartAsync(string name, string until, params ReadOnlySpan<string> arguments) => StartAsync(
        [
            "serve", "--compute", "--name", name, "--data-dir", Path.Combine(folder, name), "-c", "API.Host=127.0.0.1",
            "-c", Text($"Publishers.Types.Local.Port={FreePort.Next()}"), .. arguments,
        ],
        until);

    private async Task StartAsync(string[] arguments, string until)
    {
        // Lists are read from the environment, as one of the recorded servers did.
        var process = new Process
        {
            StartInfo = new(Program, arguments) { Environment = { ["BACALHAU_PUBLISHERS_DISABLED"] = "s3,ipfs" }, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        var log = new LineLog();
        process.OutputDataReceived += (_, line) => log.Add(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => log.Add(line.Data ?? "");
        process.Start();
        processes.Add(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await log.WaitForAsync(until);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{Program} {string.Join(' ', arguments)} does not say \"{until}\":\n{string.Join('\n', log.All)}");
        }
    }

    /// <summary>What stands here in the place of recorded ids of a job and of its first execution, long and short.</summary>
    private async Task<List<(string Recorded, string Here)>> IdsAsync(string name)
    {
        var jobs = await ListAsync("list", "--limit", "10000");
        var job = jobs.Single(found => found.Name == name).Id;
        var others = jobs.Where(found => found.Id != job).ToList();
        var fewest = Enumerable.Range(5, job.Length - 5).First(length => others.TrueForAll(found => !found.Id.StartsWith(job[..length], StringComparison.Ordinal)));
        var execution = (await ListAsync("executions", job))[0].Id;
        return
        [
            ("j-00000001-0000-4000-8000-000000000000", job), ("j-00000001", job[..10]), ("j-000", job[..fewest]),
            ("e-10000001-0000-4000-8000-000000000000", execution), ("e-10000001", execution[..10]),
        ];
    }

    /// <summary>Ids of what a command lists, oldest first.</summary>
    private async Task<List<(string Id, string Name)>> ListAsync(params string[] command)
    {
        using var list = JsonDocument.Parse((await RunAsync("", null, ["job", .. command, "--output", "json"])).Split("\n\nTo fetch")[0]);
        return [.. list.RootElement.EnumerateArray().Select(item => (item.GetProperty("ID").GetString()!, item.TryGetProperty("Name", out var name) ? name.GetString()! : ""))];
    }

    /// <summary>Runs a command of ours, which must end well.</summary>
    private async Task<string> RunAsync(string input, string? until, params string[] command)
    {
        using var cli = new CliRun { Input = input, Until = until };
        var result = await cli.With("BACALHAU_API_HOST", "127.0.0.1").With("BACALHAU_API_PORT", Text($"{Port}")).RunAsync(command);
        Assert.True(result.ExitCode == 0, string.Join(' ', command) + "\n" + input + result.Output + result.Error);
        return result.Output;
    }

    [GeneratedRegex("[je]-[01]00")]
    private static partial Regex IdPattern();
}
