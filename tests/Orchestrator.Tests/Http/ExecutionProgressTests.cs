using System.Text.Json;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Tests.Http;

public sealed class ExecutionProgressTests : IAsyncLifetime
{
    private ApiCluster cluster = null!;
    private Scenes scenes = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await ApiCluster.StartAsync();
        scenes = new Scenes(cluster);
        await cluster.JoinAsync(Scenes.FirstNode.Value);
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task Executions_show_how_far_their_preparation_is()
    {
        var execution = await PreparingAsync();
        cluster.Progress.Note(execution.Node, [Note(execution)]);

        Assert.Equal("""{"Step":"pulling image","Done":12,"Total":40,"Unit":"bytes"}""", await ProgressAsync(execution));
    }

    [Fact]
    public async Task Progress_is_over_when_the_node_does_not_tell_it_any_more()
    {
        var execution = await PreparingAsync();
        cluster.Progress.Note(execution.Node, [Note(execution)]);
        cluster.Progress.Note(execution.Node, null);

        Assert.Null(await ProgressAsync(execution));
    }

    [Fact]
    public async Task Progress_that_another_node_tells_is_not_shown()
    {
        var execution = await PreparingAsync();
        cluster.Progress.Note(Scenes.SecondNode, [Note(execution)]);

        Assert.Null(await ProgressAsync(execution));
    }

    [Fact]
    public async Task Program_that_runs_shows_no_progress_of_its_preparation()
    {
        var execution = await PreparingAsync();
        cluster.Progress.Note(execution.Node, [Note(execution)]);
        await cluster.ReportAsync(execution.Id, ObservedOutcome.Running, seen => seen with { Phase = ExecutionPhase.Running });

        Assert.Null(await ProgressAsync(execution));
    }

    private async Task<LiveExecution> PreparingAsync()
    {
        var execution = await scenes.PlaceAsync(await scenes.SubmitAsync("slow", "default", "{}"));
        await cluster.ReportAsync(execution.Id, ObservedOutcome.Running, seen => seen with { Phase = ExecutionPhase.Preparing });
        return execution;
    }

    private static ExecutionProgressNote Note(LiveExecution execution) =>
        new() { ExecutionId = execution.Id.Value, Progress = new ExecutionProgress("pulling image", 12, 40, "bytes") };

    private async Task<string?> ProgressAsync(LiveExecution execution)
    {
        using var answer = JsonDocument.Parse(await cluster.Client.GetStringAsync(new Uri($"/api/v1/orchestrator/jobs/{execution.Job}/executions", UriKind.Relative)));
        return answer.RootElement.GetProperty("Items")[0].TryGetProperty("Progress", out var progress) ? progress.GetRawText() : null;
    }
}
