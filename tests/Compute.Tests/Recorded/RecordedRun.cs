using System.Text;
using System.Text.RegularExpressions;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Inline;
using Bacalhau.Compute.Inputs.Local;
using Bacalhau.Compute.Logs;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Results;
using Bacalhau.Compute.Tests.Engines.Docker;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Compute.Tests.Recorded;

/// <summary>Runs a recorded job on this machine as a node would: refusals, inputs, engine, results.</summary>
internal sealed partial class RecordedRun(DockerWorkshop docker, RecordedImages images)
{
    private readonly string share = Path.Combine(docker.Root, "share");
    private bool hasRun;

    /// <summary>What it publishes with; null where that is not looked at.</summary>
    public RecordedPublishers? Publishers { get; init; }

    /// <summary>How it ended: its output, or why there is none.</summary>
    public async Task<RecordedEnd> RunAsync(RecordedCase recorded)
    {
        var yaml = images.Place(recorded.Yaml).Replace("<share>", MakeShare(), StringComparison.Ordinal);
        var reading = JobFile.Read(Encoding.UTF8.GetBytes(Publishers?.Place(yaml) ?? yaml)).Reading;
        if (reading.Spec is null)
        {
            return new RecordedEnd(null, string.Join("; ", reading.Problems));
        }

        try
        {
            return await RunAsync(reading.Spec.Tasks[0]);
        }
        catch (EngineException e)
        {
            return new RecordedEnd(null, e.Problem.Message) { HasRun = hasRun };
        }
    }

    /// <summary>Output as recorded: without what belongs to the machine.</summary>
    public static string Neutral(byte[] bytes) => Neutral(Encoding.UTF8.GetString(bytes));

    /// <summary>The same for recorded text.</summary>
    public static string Neutral(string text)
    {
        text = HostNamePattern().Replace(text, "HOSTNAME=<container-id>");
        text = TotalPattern().Replace(text, "total <blocks>");
        return MountPattern().Replace(text, "<dev> ${path} <system> ${mode}").TrimEnd('\n');
    }

    private async Task<RecordedEnd> RunAsync(TaskSpec task)
    {
        var results = new ResultsFolder(Path.Combine(docker.Root, "results"));
        using var engine = docker.NewEngine();
        if (await engine.FindRefusalAsync(task, default) is { } refusal)
        {
            return new RecordedEnd(null, refusal.Message);
        }

        var publisher = Publishers?.Of(task);
        if (publisher is not null && await publisher.FindRefusalAsync(task.Publisher!, default) is { } refused)
        {
            return new RecordedEnd(null, refused.Message);
        }

        using var log = new ExecutionLog(new MemoryStream(), TimeProvider.System, 100_000_000);
        var run = docker.NewRun(task) with
        {
            Environment = task.Env,
            Inputs = [.. await Task.WhenAll(task.InputSources.Select(PrepareAsync))],
            Results = results.Create(task.ResultPaths),
            Output = log,
        };
        await engine.PrepareAsync(run, new Progress<ExecutionProgress>(), default);
        hasRun = true;
        var exit = await engine.RunAsync(run, default, default).WaitAsync(TimeSpan.FromSeconds(60));
        log.End();
        results.WriteOutcome(log, exit.ExitCode);
        var warnings = new Warnings();
        return new RecordedEnd(exit.Outcome == EngineOutcome.Exited ? log.Describe(exit.ExitCode) : null, exit.Problem?.Message ?? "")
        {
            HasRun = true,
            Published = publisher is null ? null : await Publishers!.PublishAsync(
                publisher, new PublishTarget(run.Execution, run.Job, task.Publisher!, TimeProvider.System.GetUtcNow()), results.Path, warnings),
            Warnings = warnings.Heard,
            FileLengths = new DirectoryInfo(results.Path).GetFiles().ToDictionary(file => file.Name, file => file.Length),
        };
    }

    private async Task<Mount> PrepareAsync(InputSource input)
    {
        IInputSource[] sources = [new InlineInputSource(), new LocalInputSource(AllowedPaths.Parse(
            [$"{share}/ro:ro", $"{share}/ro/**:ro", $"{share}/rw:rw", $"{share}/rw/**:rw", $"{share}/new/**:rw"]))];
        var source = sources.FirstOrDefault(source => source.Names.Contains(input.Source?.Type.Trim().ToLowerInvariant()))
            ?? throw new EngineException(new ExecutionProblem("Test:NoSource", "unknown source"), isRefusal: true);
        if (await source.FindRefusalAsync(input, default) is { } refusal)
        {
            throw new EngineException(refusal, isRefusal: true);
        }

        var folder = Directory.CreateDirectory(Path.Combine(docker.Root, "inputs", $"{Guid.NewGuid():N}")).FullName;
        return await source.PrepareAsync(new InputRequest(input, folder), new Progress<ExecutionProgress>(), default);
    }

    private string MakeShare()
    {
        foreach (var folder in new[] { "ro/sub", "rw", "deny", "new" })
        {
            Directory.CreateDirectory(Path.Combine(share, folder));
        }

        File.WriteAllText(Path.Combine(share, "ro/f.txt"), "ro-file\n");
        File.WriteAllText(Path.Combine(share, "ro/sub/g.txt"), "sub\n");
        File.WriteAllText(Path.Combine(share, "rw/w.txt"), "w\n");
        File.WriteAllText(Path.Combine(share, "deny/secret.txt"), "secret\n");
        File.CreateSymbolicLink(Path.Combine(share, "ro/link.txt"), "../deny/secret.txt");
        Directory.CreateSymbolicLink(Path.Combine(share, "ro/linkdir"), "../deny");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(share, "ro/sub/g.txt"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return share;
    }

    private sealed class Warnings : IProgress<string>
    {
        public List<string> Heard { get; } = [];

        public void Report(string value) => Heard.Add(value);
    }

    [GeneratedRegex("HOSTNAME=[0-9a-f]{12}")]
    private static partial Regex HostNamePattern();

    [GeneratedRegex("^total [0-9]+$", RegexOptions.Multiline)]
    private static partial Regex TotalPattern();

    [GeneratedRegex("^<?[a-z]+>? (?<path>/inputs\\S*) [a-z0-9]+ (?<mode>r[ow])$", RegexOptions.Multiline)]
    private static partial Regex MountPattern();
}

/// <summary>How a recorded job ended here.</summary>
/// <param name="Output">Its output; null if it did not come to an end of its own.</param>
/// <param name="Problem">Why not.</param>
internal sealed record RecordedEnd(RunOutput? Output, string Problem)
{
    /// <summary>Whether its program was started.</summary>
    public bool HasRun { get; init; }

    /// <summary>What it has published; null for nothing.</summary>
    public PublishedResult? Published { get; init; }

    /// <summary>What the publisher has warned about.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Length of each file in the results folder.</summary>
    public Dictionary<string, long> FileLengths { get; init; } = [];
}
