using System.Diagnostics;
using System.Globalization;
using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Binary;

/// <summary>The built program as a process: what the tests of commands in this process cannot see.</summary>
public sealed class BuiltProgramTests
{
    private static readonly string? _program = Environment.GetEnvironmentVariable("BACALHAU_TEST_BINARY");

    [Theory]
    [InlineData(0, "version", "--client")]
    [InlineData(0, "config", "list")]
    [InlineData(0, "help")]
    [InlineData(1, "--frob")]
    [InlineData(1, "job", "describe")]
    [InlineData(1, "agent", "alive", "--api-host", "127.0.0.1", "--api-port", "1")]
    public async Task Exit_codes_reach_the_shell(int expected, params string[] arguments)
    {
        Assert.SkipWhen(string.IsNullOrEmpty(_program), "set BACALHAU_TEST_BINARY to the built program");
        using var folder = new CliRun();
        using var process = Start(folder, new(), arguments);

        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.Equal(expected, process.ExitCode);
        Assert.Equal(expected == 0, (await error).Length == 0);
        Assert.DoesNotContain('\e', await output + await error);
    }

    [Fact]
    public async Task Nothing_of_the_terminal_library_is_loaded_in_a_pipe()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(_program), "set BACALHAU_TEST_BINARY to the built program");
        await using var api = RunningJob();
        using var folder = new CliRun();
        using var process = await StartWatchingAsync(folder, api);

        var loaded = await File.ReadAllTextAsync($"/proc/{process.Id}/maps");
        process.Kill();
        await process.WaitForExitAsync();

        Assert.Contains("Bacalhau.Protocol.dll", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("Spectre", loaded, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task A_signal_while_waiting_leaves_the_job_alone_and_is_no_failure(string signal)
    {
        Assert.SkipWhen(string.IsNullOrEmpty(_program), "set BACALHAU_TEST_BINARY to the built program");
        await using var api = RunningJob();
        using var folder = new CliRun();
        using var process = await StartWatchingAsync(folder, api);

        using (var kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("the job goes on", error, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Requests, request => request.StartsWith("DELETE", StringComparison.Ordinal));
    }

    private static async Task<Process> StartWatchingAsync(CliRun folder, FakeApi api)
    {
        File.WriteAllText(folder.PathOf("job.yaml"), "Name: x\nType: batch\nTasks: [{Name: main, Engine: {Type: docker, Params: {Image: busybox}}}]\n");
        var process = Start(folder, new() { ["BACALHAU_API_HOST"] = api.Address }, "job", "run", "job.yaml");
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Job submitted", StringComparison.Ordinal))
            continue;
        return process;
    }

    private static FakeApi RunningJob()
    {
        const string Id = "j-11111111-1111-4111-8111-111111111111";
        return new FakeApi()
            .On("PUT", "/orchestrator/jobs", $$"""{"JobID":"{{Id}}","EvaluationID":"","Warnings":null}""")
            .On("GET", $"/orchestrator/jobs/{Id}", $$$"""{"Job":{"ID":"{{{Id}}}","Name":"x","Type":"batch","Count":1,"State":{"StateType":"Running"},"Tasks":[]}}""")
            .On("GET", $"/orchestrator/jobs/{Id}/history", $$$"""{"NextToken":"x","Items":[{"SeqNum":1,"Type":"JobLevel","JobID":"{{{Id}}}","JobVersion":1,"Event":{"Message":"Job submitted","Topic":"Submission","Timestamp":"2026-01-01T10:00:00Z"},"Time":"2026-01-01T10:00:00Z"}]}""");
    }

    private static Process Start(CliRun folder, Dictionary<string, string> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(_program!, arguments)
        {
            WorkingDirectory = folder.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HOME"] = folder.Folder },
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
