using System.Globalization;
using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>
/// The recorded scenarios 11 to 14 (docs/scenarios.md) with real processes and containers: kills, restarts and freezes. All timers are a tenth of the defaults;
/// with <c>BACALHAU_TEST_UNSCALED=1</c> they are the defaults. Where nothing is to be lost, a node is lost as late as by default, as processes start no faster here.
/// </summary>
public sealed class RecordedOutageTests : IDisposable
{
    private static readonly bool _isUnscaled = Environment.GetEnvironmentVariable("BACALHAU_TEST_UNSCALED") == "1";
    private readonly Cluster cluster = new();
    private readonly ITestOutputHelper output;
    private readonly Trace trace;
    private readonly Dictionary<string, string> nameById = [];
    private bool isPatient;
    private Node orchestrator = null!;

    public RecordedOutageTests(ITestOutputHelper output)
    {
        this.output = output;
        _ = Binary.Image;
        trace = new Trace(Directory.CreateDirectory(Path.Combine(cluster.Inputs, "trace")).FullName);
    }

    private static double Unit => _isUnscaled ? 10 : 1;

    /// <summary>Silence after which a node is lost.</summary>
    private static double LostAfter => 3 * Unit;

    [Fact]
    public async Task S11a_work_of_a_killed_node_goes_on_elsewhere_and_its_old_program_is_stopped_at_its_return()
    {
        var nodes = await StartAsync("one", "two");
        var id = await orchestrator.Api.SubmitAsync(trace.Job(14 * Unit));
        var (execution, killed) = await RunningAsync(id);
        await nodes[killed].KillAsync();
        var began = Now();
        await Eventually.HoldsAsync("a replacement", () => trace.Started.Length == 2, seconds: LostAfter + 10);
        Note("11a", "replaced after", began);
        Assert.True(trace.IsRunning(execution), "Its container runs on without its node");

        began = Now();
        await StartNodeAsync(killed);
        await Eventually.HoldsAsync("the end of the old program", () => !trace.IsRunning(execution), seconds: 10);
        Note("11a", "old program stopped, from the start of its node's process", began);
        await AssertCompletedOnceAsync(id, 1);
        Assert.Single(trace.Ended);
    }

    [Fact]
    public async Task S11b_a_killed_node_that_is_back_at_once_takes_its_program_up_again()
    {
        isPatient = true;
        var nodes = await StartAsync("one", "two");
        var id = await orchestrator.Api.SubmitAsync(trace.Job(6 * Unit));
        var (_, killed) = await RunningAsync(id);
        await nodes[killed].KillAsync();
        await StartNodeAsync(killed);
        await AssertCompletedOnceAsync(id, 1);
        Assert.Single(trace.Started);
    }

    [Fact]
    public async Task S11c_what_ended_while_the_only_node_was_away_counts_at_its_return()
    {
        var nodes = await StartAsync("one");
        var id = await orchestrator.Api.SubmitAsync(trace.Job(3 * Unit));
        await RunningAsync(id);
        await nodes["one"].KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(LostAfter + 2), TimeProvider.System);
        await Eventually.HoldsAsync("the end of the program", () => trace.Ended.Length == 1, seconds: 30 * Unit);
        await StartNodeAsync("one");
        await AssertCompletedOnceAsync(id, 1);
        Assert.Single(trace.Started);
    }

    [Fact]
    public async Task S11d_what_a_node_stopped_in_good_order_is_elsewhere_at_once()
    {
        var nodes = await StartAsync(["Compute.OnStop=stop"], "one", "two");
        var id = await orchestrator.Api.SubmitAsync(trace.Job(6 * Unit));
        var (execution, stopped) = await RunningAsync(id);
        var began = Now();
        await nodes[stopped].TerminateAsync();
        await Eventually.HoldsAsync("a replacement", () => trace.Started.Length == 2, seconds: 10);
        Note("11d", "replaced after, with the start of its container", began);
        Assert.False(trace.IsRunning(execution));
        await AssertCompletedOnceAsync(id, 1);
    }

    [Fact]
    public async Task What_a_drained_node_gives_up_is_elsewhere_at_once()
    {
        await StartAsync("one", "two");
        var id = await orchestrator.Api.SubmitAsync(trace.Job(6 * Unit));
        var (execution, drained) = await RunningAsync(id);
        var began = Now();
        await orchestrator.Api.ActAsync(nameById.Single(pair => pair.Value == drained).Key, "drain");
        await Eventually.HoldsAsync("a replacement", () => trace.Started.Length == 2, seconds: 10);
        Note("drain", "replaced after, with the start of its container", began);
        Assert.False(trace.IsRunning(execution));
        await AssertCompletedOnceAsync(id, 1);
    }

    [Theory]
    [InlineData("12", 3, false)]
    [InlineData("12b", 11, false)]
    [InlineData("12d", 1.2, true)]
    public async Task S12_an_orchestrator_that_was_away_fails_nothing(string number, double away, bool inGoodOrder)
    {
        isPatient = true;
        await StartAsync("one", "two");
        var batch = await orchestrator.Api.SubmitAsync(trace.Job(2 * Unit));
        var two = await orchestrator.Api.SubmitAsync(trace.Job((away + 4) * Unit, count: 2));
        await orchestrator.Api.SubmitAsync(trace.Job(1000 * Unit, count: 2, type: "service"));
        await Eventually.HoldsAsync("five programs", () => trace.Running.Length == 5);
        await (inGoodOrder ? orchestrator.TerminateAsync() : orchestrator.KillAsync());
        await Task.Delay(TimeSpan.FromSeconds(away * Unit), TimeProvider.System);
        var began = Now();
        orchestrator = await StartOrchestratorAsync();
        await AssertCompletedOnceAsync(batch, 1);
        Note(number, "result of the outage is there, from the start of the orchestrator's process", began);
        await AssertCompletedOnceAsync(two, 2);
        Assert.Equal(5, trace.Started.Length);
        Assert.Equal(2, trace.Running.Length);
    }

    [Fact]
    public async Task S12c_a_queued_job_starts_after_a_restart_when_its_node_is_there()
    {
        var nodes = await StartAsync(["Labels=zone=x"], "one");
        var job = trace.Job(1);
        job["Constraints"] = new JsonArray(new JsonObject { ["Key"] = "zone", ["Operator"] = "=", ["Values"] = new JsonArray("y") });
        var id = await orchestrator.Api.SubmitAsync(job.WithTimeouts(queue: 600));
        await orchestrator.KillAsync();
        await nodes["one"].TerminateAsync();
        orchestrator = await StartOrchestratorAsync();
        await StartNodeAsync("one", "Labels=zone=y");
        var began = Now();
        await AssertCompletedOnceAsync(id, 1);
        Note("12c", "queued job over, from the node's readiness", began);
    }

    [Fact]
    public async Task S13_everything_killed_is_taken_up_as_it_was()
    {
        isPatient = true;
        var nodes = await StartAsync("one", "two");
        var batch = await orchestrator.Api.SubmitAsync(trace.Job(2.5 * Unit));
        var two = await orchestrator.Api.SubmitAsync(trace.Job(9 * Unit, count: 2));
        await orchestrator.Api.SubmitAsync(trace.Job(1000 * Unit, count: 2, type: "service"));
        await Eventually.HoldsAsync("five programs", () => trace.Started.Length == 5);
        await Task.WhenAll(orchestrator.KillAsync(), nodes["one"].KillAsync(), nodes["two"].KillAsync());
        await Task.Delay(TimeSpan.FromSeconds(0.8 * Unit), TimeProvider.System);
        orchestrator = await StartOrchestratorAsync();
        await Task.WhenAll(StartNodeAsync("one"), StartNodeAsync("two"));
        await AssertCompletedOnceAsync(batch, 1);
        await AssertCompletedOnceAsync(two, 2);
        Assert.Equal(5, trace.Started.Length);
        Assert.Equal(2, trace.Running.Length);
    }

    [Fact]
    public async Task S14a_a_short_freeze_of_a_node_replaces_nothing()
    {
        isPatient = true;
        var nodes = await StartAsync("one", "two");
        var id = await orchestrator.Api.SubmitAsync(trace.Job(1.5 * Unit));
        var (_, frozen) = await RunningAsync(id);
        Processes.Freeze(nodes[frozen].Id);
        await Task.Delay(TimeSpan.FromSeconds(2 * Unit), TimeProvider.System);
        Processes.Thaw(nodes[frozen].Id);
        await AssertCompletedOnceAsync(id, 1);
        Assert.Single(trace.Started);
    }

    [Fact]
    public async Task S14c_after_a_long_freeze_what_was_replaced_is_stopped_and_what_had_ended_counts()
    {
        var nodes = await StartAsync("one", "two");
        var longer = await orchestrator.Api.SubmitAsync(trace.Job(14 * Unit));
        var (execution, frozen) = await RunningAsync(longer);
        Processes.Freeze(nodes[frozen].Id);
        var began = Now();
        await Eventually.HoldsAsync("a replacement", () => trace.Started.Length == 2, seconds: LostAfter + 10);
        Note("14c", "replaced after", began);
        await Task.Delay(TimeSpan.FromSeconds(2 * Unit), TimeProvider.System);
        Assert.True(trace.IsRunning(execution), "Its container runs on while its node is frozen");
        Processes.Thaw(nodes[frozen].Id);
        began = Now();
        await Eventually.HoldsAsync("the end of the old program", () => !trace.IsRunning(execution), seconds: 10);
        Note("14c", "old program stopped, from the thaw", began);
        await AssertCompletedOnceAsync(longer, 1);
        Assert.Single(trace.Ended);
    }

    public void Dispose() => cluster.Dispose();

    private static long Now() => TimeProvider.System.GetTimestamp();

    private void Note(string number, string what, long since) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {number} | {what} | {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} |"));

    private Task<Dictionary<string, Node>> StartAsync(params string[] names) => StartAsync([], names);

    private async Task<Dictionary<string, Node>> StartAsync(string[] settings, params string[] names)
    {
        orchestrator = await StartOrchestratorAsync();
        await NameNewNodesAsync("");
        var nodes = new Dictionary<string, Node>();
        foreach (var name in names)
        {
            nodes[name] = await StartNodeAsync(name, settings);
            await orchestrator.Api.WaitForNodesAsync(nodes.Count);
            await NameNewNodesAsync(name);
        }

        return nodes;
    }

    private async Task NameNewNodesAsync(string name)
    {
        foreach (var node in await orchestrator.Api.NodesAsync())
        {
            nameById.TryAdd((string)node["Info"]!["NodeID"]!, name);
        }
    }

    private Task<Node> StartOrchestratorAsync() => cluster.StartOrchestratorAsync(
        isPatient ? [.. Timers(), "Orchestrator.NodeManager.DisconnectTimeout=30s"] : Timers());

    private Task<Node> StartNodeAsync(string name, params string[] settings) =>
        cluster.StartComputeAsync(name, [.. Timers(), $"Compute.AllowListedLocalPaths={cluster.Inputs}/**:rw", .. settings]);

    private static string[] Timers() => _isUnscaled ? ["Compute.Heartbeat.Interval=5s", "Orchestrator.NodeManager.DisconnectTimeout=30s"] : [];

    /// <summary>The first execution that runs, and the name of its node.</summary>
    private async Task<(string Execution, string Node)> RunningAsync(string id)
    {
        var execution = await orchestrator.Api.RunningExecutionAsync(id);
        var started = (string)execution["ID"]!;
        await Eventually.HoldsAsync("a sign of the program", () => trace.Started.Contains(started));
        return (started, nameById[(string)execution["NodeID"]!]);
    }

    private async Task AssertCompletedOnceAsync(string id, int count)
    {
        var job = await orchestrator.Api.EndOfAsync(id, seconds: 60 * Unit);
        Assert.True(Api.StateOf(job) == "Completed", job.ToString());
        Assert.Equal(Enumerable.Range(0, count), await orchestrator.Api.CompletedPartitionsAsync(id));
    }
}
