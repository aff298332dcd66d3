using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>What the API shows of jobs that run for ever, while they change.</summary>
public sealed class RunningVersionsTests
{
    [Fact]
    public async Task Executions_that_run_on_under_a_new_version_are_listed_with_it()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        var scenes = new Scenes(cluster);
        var job = await scenes.SubmitAsync("served", "default", "{}", type: "service");
        var first = await scenes.PlaceAsync(job);

        await scenes.SubmitAsync("served", "default", "{}", count: 2, type: "service");
        await scenes.PlaceAsync(job);

        Assert.Equal([1, 2], await VersionsAsync(cluster, ""));
        Assert.Equal([2], await VersionsAsync(cluster, "?job_version=2"));
        await cluster.Jobs.StopAsync(job, "", CancellationToken.None);
        await cluster.ReportAsync(first.Id, ObservedOutcome.Stopped);
        Assert.Equal([2], await VersionsAsync(cluster, ""));
    }

    [Fact]
    public async Task Job_says_how_far_its_rollout_is()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        var scenes = new Scenes(cluster);
        var job = await scenes.SubmitAsync("served", "default", "{}", type: "service");
        var first = await scenes.PlaceAsync(job);
        await cluster.ReportAsync(first.Id, ObservedOutcome.Running, seen => seen with { Phase = ExecutionPhase.Running, IsHealthy = true });

        await cluster.Jobs.RerunAsync(job, 0, CancellationToken.None);

        Assert.Equal("version 2 replaces version 1: 0 of 1 execution done", (await StateAsync(cluster, "served")).Message);
    }

    [Fact]
    public async Task Daemon_says_why_it_runs_nowhere_and_does_not_wait_for_a_node_that_is_drained()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1", ("zone", "a"));
        var scenes = new Scenes(cluster);
        await scenes.SubmitAsync("nowhere", "default", "{}", type: "daemon", constraints: """[{"Key":"zone","Operator":"=","Values":["b"]}]""");
        var daemon = await scenes.SubmitAsync("everywhere", "default", "{}", type: "daemon");
        var execution = await scenes.PlaceAsync(daemon);

        var (state, message) = await StateAsync(cluster, "nowhere");
        Assert.Equal("Pending", state);
        Assert.StartsWith("no node matches; one that does gets an execution as soon as it is there", message, StringComparison.Ordinal);
        Assert.Contains("1 of 1 node: ", message, StringComparison.Ordinal);

        await cluster.RunAsync(context => NodeDrains.Begin(context.Draft, new NodeId("n-1"), null, context.Now));
        await cluster.PlanAsync();
        await cluster.ReportAsync(execution.Id, ObservedOutcome.Stopped);
        await cluster.PlanAsync();

        Assert.Empty(cluster.Writer.Current.Jobs[daemon].Retries);
        Assert.Contains("is being drained", (await StateAsync(cluster, "everywhere")).Message, StringComparison.Ordinal);

        await cluster.RunAsync(context => NodeDrains.End(context.Draft, new NodeId("n-1")));
        Assert.NotEqual(execution.Id, (await scenes.PlaceAsync(daemon)).Id);
    }

    private static async Task<(string State, string Message)> StateAsync(ApiCluster cluster, string job)
    {
        var state = JsonElement.Parse(await cluster.Client.GetStringAsync(new Uri($"/api/v1/orchestrator/jobs/{job}", UriKind.Relative))).GetProperty("Job").GetProperty("State");
        return (state.GetProperty("StateType").GetString()!, state.TryGetProperty("Message", out var message) ? message.GetString()! : "");
    }

    private static async Task<List<int>> VersionsAsync(ApiCluster cluster, string query)
    {
        var list = JsonElement.Parse(await cluster.Client.GetStringAsync(new Uri("/api/v1/orchestrator/jobs/served/executions" + query, UriKind.Relative)));
        return [.. list.GetProperty("Items").EnumerateArray().Select(item => item.GetProperty("JobVersion").GetInt32())];
    }
}
