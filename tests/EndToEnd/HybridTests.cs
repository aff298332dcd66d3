using System.Net;
using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>What a person does with one node that is orchestrator and compute node.</summary>
public sealed class HybridTests(SharedHybrid shared) : IClassFixture<SharedHybrid>
{
    private const int Cancelled = 11;

    [Fact]
    public async Task Wasm_job_runs_and_its_log_is_read()
    {
        var node = await shared.NodeAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello));
        Assert.Equal("Completed", Api.StateOf(await node.Api.EndOfAsync(id)));
        var logs = await shared.CommandAsync("job", "logs", id);
        Assert.Equal("Hello from WebAssembly!\n", logs.Output);
    }

    [Fact]
    public async Task Job_of_many_partitions_runs_at_once_on_one_node()
    {
        var node = await shared.NodeAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep, count: 6));
        await Eventually.SeesAsync("two executions running together", async () =>
            (await node.Api.ExecutionsAsync(id)).Count(execution => (string?)execution["Phase"] == "running") > 1 ? id : null);
        await node.Api.EndOfAsync(id);
        Assert.Equal(Enumerable.Range(0, 6), await node.Api.CompletedPartitionsAsync(id));
    }

    [Fact]
    public async Task Container_reads_its_input_and_its_results_are_fetched()
    {
        _ = Binary.Image;
        var node = await shared.NodeAsync();
        var input = shared.Cluster.WriteInput("words.txt", "one two three");
        var job = Jobs.Container("wc -w </words.txt >/outputs/count; cat /note >/outputs/note; echo told; echo wrong >&2; exit 7")
            .WithInput("/words.txt", "local", "SourcePath", input)
            .WithInput("/note", "inline", "URL", "data:text/plain,noted")
            .WithResults();
        var id = await node.Api.SubmitAsync(job);
        await node.Api.EndOfAsync(id);

        var folder = Path.Combine(shared.Cluster.Folder, "fetched");
        var get = await shared.CommandAsync("job", "get", id, "--output-dir", Directory.CreateDirectory(folder).FullName);

        Assert.True(get.ExitCode == 0, get.Text);
        string Read(string name) => File.ReadAllText(Assert.Single(Directory.GetFiles(folder, name, SearchOption.AllDirectories))).Trim();
        Assert.Equal(("3", "noted", "told", "wrong", "7"), (Read("count"), Read("note"), Read("stdout"), Read("stderr"), Read("exitCode")));
    }

    [Fact]
    public async Task Exit_code_of_a_completed_job_is_told()
    {
        var node = await shared.NodeAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Exit3));
        var job = await node.Api.EndOfAsync(id);
        var execution = Assert.Single(await node.Api.ExecutionsAsync(id));
        Assert.Equal(("Completed", 3), (Api.StateOf(job), (int)execution["RunOutput"]!["ExitCode"]!));
    }

    [Fact]
    public async Task Failing_program_fails_the_command_only_when_asked()
    {
        _ = Binary.Image;
        var plain = await shared.CommandAsync("docker", "run", Binary.Image, "--", "sh", "-c", "exit 3");
        var strict = await shared.CommandAsync("docker", "run", "--fail-on-job-failure", Binary.Image, "--", "sh", "-c", "exit 3");
        Assert.Equal((0, 1), (plain.ExitCode, strict.ExitCode));
        Assert.Contains("exit code 3", plain.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execution_that_ran_too_long_shows_no_exit_code_0()
    {
        var node = await shared.NodeAsync();
        var job = Jobs.Wasm(Jobs.Spin).WithTimeouts(execution: 1);
        job["RetryPolicy"] = new JsonObject { ["MaxAttempts"] = 1 };
        var id = await node.Api.SubmitAsync(job);
        Assert.Equal("Failed", Api.StateOf(await node.Api.EndOfAsync(id)));
        Assert.All(await node.Api.ExecutionsAsync(id), execution => Assert.NotEqual(0, (int?)execution["RunOutput"]?["ExitCode"]));
    }

    [Fact]
    public async Task Stopped_execution_shows_no_exit_code_0()
    {
        var node = await shared.NodeAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Spin));
        await node.Api.RunningExecutionAsync(id);
        await node.Api.StopAsync(id);
        Assert.Equal("Stopped", Api.StateOf(await node.Api.EndOfAsync(id)));
        var execution = await Eventually.SeesAsync("the execution's end", async () =>
            (await node.Api.ExecutionsAsync(id)).SingleOrDefault(execution => (int)execution["ComputeState"]!["StateType"]! == Cancelled));
        Assert.NotEqual(0, (int?)execution["RunOutput"]?["ExitCode"]);
    }

    [Fact]
    public async Task Output_of_a_stopped_container_is_kept()
    {
        _ = Binary.Image;
        var node = await shared.NodeAsync();
        var id = await node.Api.SubmitAsync(Jobs.Container("trap 'echo leaving; exit 0' TERM; echo began; while :; do sleep 0.1; done"));
        await SeesLogAsync(id, "began\n");
        await node.Api.StopAsync(id);
        await node.Api.EndOfAsync(id);
        await SeesLogAsync(id, "began\nleaving\n");
    }

    [Fact]
    public async Task Missing_image_fails_the_job_with_cause_and_hint()
    {
        _ = Binary.Image;
        var node = await shared.NodeAsync();
        var id = await node.Api.SubmitAsync(Jobs.Container("true", image: "127.0.0.1:1/no/such:image"));
        var job = await node.Api.EndOfAsync(id);
        var told = await shared.CommandAsync("job", "describe", id);
        Assert.Equal("Failed", Api.StateOf(job));
        Assert.Contains("127.0.0.1:1", Api.MessageOf(job) + told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_outside_the_allowed_ones_fails_the_job_with_cause_and_hint()
    {
        var node = await shared.NodeAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello).WithInput("/secret", "local", "SourcePath", "/etc/shadow"));
        var job = await node.Api.EndOfAsync(id);
        Assert.Equal("Failed", Api.StateOf(job));
        Assert.Contains("/etc/shadow", Api.MessageOf(job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_that_no_node_could_ever_run_fails_with_the_reasons()
    {
        var node = await shared.NodeAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello).WithResources(gpu: "4"));
        var job = await node.Api.EndOfAsync(id, seconds: 10);
        Assert.Equal("Failed", Api.StateOf(job));
        Assert.Contains("GPU", Api.MessageOf(job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_that_lacks_room_waits_for_it()
    {
        var node = await shared.NodeAsync();
        var first = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep).WithResources(cpu: "4"));
        var second = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep).WithResources(cpu: "4").WithTimeouts(queue: 60));
        Assert.Equal(("Completed", "Completed"), (Api.StateOf(await node.Api.EndOfAsync(first)), Api.StateOf(await node.Api.EndOfAsync(second))));
    }

    [Fact]
    public async Task Retried_submit_gives_the_first_answer_again()
    {
        var node = await shared.NodeAsync();
        var job = Jobs.Wasm(Jobs.Hello);
        var first = await node.Api.SubmitAsync(job, "token-1");
        var again = await node.Api.SubmitAsync(job, "token-1");
        var (other, _) = await node.Api.TrySubmitAsync(Jobs.Wasm(Jobs.Exit3), "token-1");
        Assert.Equal((first, HttpStatusCode.Conflict), (again, other));
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_job_is_named_at_once()
    {
        var node = await shared.NodeAsync();
        var job = Jobs.Wasm(Jobs.Hello).WithResources(cpu: "much", memory: "-1").WithResults("../../outside");
        job["Name"] = "never-stored";
        var (status, body) = await node.Api.TrySubmitAsync(job);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        var message = (string)body["Message"]!;
        Assert.Contains("much", message, StringComparison.Ordinal);
        Assert.Contains("-1", message, StringComparison.Ordinal);
        Assert.DoesNotContain((await node.Api.GetAsync("jobs?limit=1000"))["Items"]!.AsArray(), item => (string?)item!["Name"] == "never-stored");
    }

    /// <summary>Waits until the log of a job is so.</summary>
    private Task<string> SeesLogAsync(string job, string text) => Eventually.SeesAsync($"the log '{text}'", async () =>
        (await shared.CommandAsync("job", "logs", job)).Output == text ? job : null);
}
