using System.Collections.Immutable;
using System.Text;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Logs;
using Bacalhau.Simulation.Cluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>A cluster in which nothing fails but what a scenario makes fail: the real orchestrator and nodes, on virtual time.</summary>
internal sealed class ScenarioCluster : IDisposable
{
    private readonly SimulationWorld world = new(seed: 1, isTraced: true);
    private readonly SimulatedOrchestrator orchestrator;
    private readonly SortedDictionary<string, SimulatedNode> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JobId> jobs = [];

    public ScenarioCluster()
    {
        world.Faults.Heal();
        orchestrator = new SimulatedOrchestrator(world);
        Timeline = new Timeline(world, orchestrator);
        world.Thread.AfterStep = Look;
    }

    public Timeline Timeline { get; }

    /// <summary>The state that planning sees.</summary>
    public ClusterSnapshot Snapshot => orchestrator.Snapshot;

    /// <summary>Runs a scenario to its end.</summary>
    public void Run(Func<ScenarioCluster, Task> scenario)
    {
        try
        {
            world.Thread.Run(() => scenario(this));
        }
        catch (Exception exception) // Whatever it was, the timeline tells more.
        {
            Assert.Fail($"{world.Checks.Violation ?? exception.ToString()}\n{Timeline}");
        }

        Assert.True(world.Checks.Violation is null, world.Checks.Violation);
        Assert.Empty(world.Loggers.Errors);
    }

    /// <summary>A node of a scenario, with 1 CPU and 1 GB if nothing else is said.</summary>
    public static NodeSetup Node(string name, string cpu = "1", string memory = "1GB", params (string Key, string Value)[] labels) => new(
        new NodeId(name),
        Room(cpu, memory))
    {
        Labels = labels.ToImmutableSortedDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal),
    };

    /// <summary>Starts the orchestrator and nodes; the scenario begins when all are connected.</summary>
    public async Task StartAsync(params NodeSetup[] setups)
    {
        await orchestrator.StartAsync();
        foreach (var setup in setups)
        {
            await JoinAsync(setup);
        }

        await UntilAsync("all nodes are connected", () => orchestrator.Snapshot.Nodes.Values.All(node => node.IsEligible), 10);
        Timeline.Begin();
    }

    /// <summary>A further node joins.</summary>
    public Task JoinAsync(NodeSetup setup, bool needsApproval = false)
    {
        Timeline.Step($"start {setup.Id}");
        var node = nodes[setup.Id.Value] = new SimulatedNode(world, orchestrator, setup);
        Timeline.Watch(node);
        return AdmitAsync(node, needsApproval);
    }

    /// <summary>A node that was deleted is started again, and joins as a new one would.</summary>
    public Task JoinAgainAsync(SimulatedNode node, bool needsApproval = false)
    {
        Timeline.Step($"start {node.Id} again");
        node.Kill(losesDisk: false);
        return AdmitAsync(node, needsApproval);
    }

    /// <summary>Who joins proves itself by a key, which is not what is played here.</summary>
    private async Task AdmitAsync(SimulatedNode node, bool needsApproval)
    {
        await orchestrator.ChangeAsync(context => NodeJoins.Join(
            context.Draft, node.Id, $"U{node.Id}", new JoinPolicy(ApprovesAll: !needsApproval), context.NextNodeKey, context.Now));
        node.Start();
    }

    public SimulatedNode this[string node] => nodes[node];

    /// <summary>The node that runs a partition now.</summary>
    public SimulatedNode NodeOf(string job, int partition = 0) =>
        nodes[Timeline.Runs.FindLast(run => run.Job == job && run.Partition == partition && run.IsRunning)!.Node];

    /// <summary>The other node of two.</summary>
    public SimulatedNode Other(SimulatedNode node) => nodes.Values.First(other => other != node);

    public Task SubmitAsync(ScenarioJob job)
    {
        Timeline.Step($"submit {job.Name}");
        return SubmitQuietlyAsync(job);
    }

    /// <summary>Submits a new version.</summary>
    public Task UpdateAsync(ScenarioJob job)
    {
        Timeline.Step($"update {job.Name}");
        return SubmitQuietlyAsync(job);
    }

    public async Task RerunAsync(string job, long version = 0)
    {
        Timeline.Step($"rerun {job}");
        await orchestrator.Jobs!.RerunAsync(jobs[job], version, CancellationToken.None);
    }

    public async Task<JobRefusedException> RerunRefusedAsync(string job)
    {
        var refusal = await Assert.ThrowsAsync<JobRefusedException>(() => orchestrator.Jobs!.RerunAsync(jobs[job], 0, CancellationToken.None));
        Timeline.Step($"rerun {job}: refused");
        return refusal;
    }

    /// <summary>Does to a node's membership what an operator does.</summary>
    public Task OperateAsync(string what, SimulatedNode node, Func<ClusterDraft, NodeId, DateTimeOffset, NodeActionRefusal?> action) =>
        OperateAsync(what, node, () => orchestrator.ChangeAsync(context => action(context.Draft, node.Id, context.Now)));

    private async Task OperateAsync(string what, SimulatedNode node, Func<Task<NodeActionRefusal?>> action)
    {
        var step = Timeline.Step($"{what} {node.Id}");
        if (await action() is not null)
        {
            Timeline.Amend(step, $"{what} {node.Id}: refused");
        }
    }

    public Task ApproveAsync(SimulatedNode node) => OperateAsync("approve", node, (draft, id, _) => NodeMemberships.Approve(draft, id));

    public Task RejectAsync(SimulatedNode node) => OperateAsync("reject", node, () => orchestrator.Departure.LeaveAsync(node.Id, NodeLeaving.Rejected, "", CancellationToken.None));

    public Task DeleteAsync(SimulatedNode node) => OperateAsync("delete", node, () => orchestrator.Departure.LeaveAsync(node.Id, NodeLeaving.Deleted, "", CancellationToken.None));

    public Task DrainAsync(SimulatedNode node) => OperateAsync("drain", node, (draft, id, now) => NodeDrains.Begin(draft, id, TimeSpan.Zero, now));

    /// <summary>Submits one of many.</summary>
    public async Task SubmitQuietlyAsync(ScenarioJob job)
    {
        var answer = await orchestrator.Jobs!.SubmitAsync(new JobSubmitRequest { Document = job.Document, Token = "" }, CancellationToken.None);
        jobs[job.Name] = new JobId(answer.JobID);
        Timeline.Name(jobs[job.Name], job);
        Timeline.LookAtJobs(orchestrator.Snapshot);
    }

    /// <summary>Submits what must be refused.</summary>
    public async Task<JobRefusedException> SubmitRefusedAsync(ScenarioJob job)
    {
        var refusal = await Assert.ThrowsAsync<JobRefusedException>(
            () => orchestrator.Jobs!.SubmitAsync(new JobSubmitRequest { Document = job.Document, Token = "" }, CancellationToken.None));
        Timeline.Step($"submit {job.Name}: refused");
        return refusal;
    }

    public async Task StopAsync(string job)
    {
        Timeline.Step($"stop {job}");
        await orchestrator.Jobs!.StopAsync(jobs[job], "", CancellationToken.None);
    }

    public async Task<JobRefusedException> StopRefusedAsync(string job)
    {
        var refusal = await Assert.ThrowsAsync<JobRefusedException>(() => orchestrator.Jobs!.StopAsync(jobs[job], "", CancellationToken.None));
        Timeline.Step($"stop {job}: refused");
        return refusal;
    }

    public void Kill(SimulatedNode node)
    {
        Timeline.Step($"kill {node.Id}");
        node.Kill(losesDisk: false);
    }

    public void Restart(SimulatedNode node)
    {
        Timeline.Step($"start {node.Id} again");
        node.Start();
    }

    public Task StopAsync(SimulatedNode node)
    {
        Timeline.Step($"stop {node.Id} in good order");
        return node.StopAsync();
    }

    public void Freeze(SimulatedNode node)
    {
        Timeline.Step($"freeze {node.Id}");
        node.Freeze();
    }

    public void Thaw(SimulatedNode node)
    {
        Timeline.Step($"thaw {node.Id}");
        node.Thaw();
    }

    public void KillOrchestrator()
    {
        Timeline.Step("kill the orchestrator");
        orchestrator.Kill();
    }

    public Task StopOrchestratorAsync()
    {
        Timeline.Step("stop the orchestrator in good order");
        return orchestrator.StopAsync();
    }

    public Task RestartOrchestratorAsync()
    {
        Timeline.Step("start the orchestrator again");
        return orchestrator.StartAsync();
    }

    /// <summary>Lets time pass.</summary>
    public Task WaitAsync(double seconds) => world.DelayAsync(TimeSpan.FromSeconds(seconds));

    /// <summary>Waits for a time of the scenario.</summary>
    public Task WaitUntilAsync(double second) => WaitAsync(Math.Max(0, second - Timeline.Now));

    /// <summary>Waits until jobs have ended.</summary>
    public Task EndOfAsync(params string[] names) =>
        UntilAsync($"{string.Join(", ", names)} end", () => names.All(name => StoredJob(name).State.IsTerminal()), 3600);

    /// <summary>Waits for a program of a job.</summary>
    public Task RunningAsync(string job, int count = 1) =>
        UntilAsync($"{job} runs", () => Timeline.RunsOf(job).Count(run => run.IsRunning) >= count, 600);

    /// <summary>Reads the log of a job piece by piece, as each client of it does.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lines">Lines as they come.</param>
    /// <param name="follows">Whether the client stays for what comes later.</param>
    /// <param name="client">Cancelled when the client goes.</param>
    public async Task ReadLogAsync(string job, List<string> lines, bool follows, CancellationToken client)
    {
        var execution = Executions(job)[0].Execution;
        for (var position = 0L; !client.IsCancellationRequested;)
        {
            var piece = await orchestrator.Gateway!.ReadLogAsync(execution.Node, execution.Id, position, lastLines: 0, waitMillis: 0, CancellationToken.None);
            if (piece is not { Refused: "", IsEnd: false } || (piece.Bytes.Length == 0 && !follows))
            {
                return;
            }

            position = piece.Next;
            lines.AddRange(LogFrames.ReadAll(piece.Bytes).SelectMany(frame => Encoding.UTF8.GetString(frame.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)));
            await WaitAsync(0.1);
        }
    }

    public async Task UntilAsync(string what, Func<bool> condition, double seconds)
    {
        var limit = Timeline.Now + seconds;
        while (!condition())
        {
            Assert.True(Timeline.Now < limit, $"After {seconds} s it is still not so that {what}:\n{Timeline}");
            await WaitAsync(0.05);
        }
    }

    public StoredJob StoredJob(string name)
    {
        using var queries = orchestrator.OpenQueries();
        return queries.Job(jobs[name])!;
    }

    /// <summary>All executions of a job, oldest first.</summary>
    public ImmutableArray<StoredExecution> Executions(string name)
    {
        using var queries = orchestrator.OpenQueries();
        return queries.Executions(new ExecutionListQuery { Job = queries.Job(jobs[name])!.Key }).Items;
    }

    /// <summary>A job's history: topics of the job and of its executions.</summary>
    public ImmutableArray<StoredEvent> History(string name)
    {
        using var queries = orchestrator.OpenQueries();
        return queries.History(new HistoryQuery { Job = queries.Job(jobs[name])!.Key }).Events;
    }

    /// <summary>The job ended so.</summary>
    public void AssertState(string name, JobState state) => Assert.True(StoredJob(name).State == state, $"{name} is {StoredJob(name).State}, not {state}: {StoredJob(name).Message}\n{Timeline}");

    /// <summary>Nothing of the job failed, and its program ran once for each partition.</summary>
    public void AssertRanOnce(string name, int partitions = 1)
    {
        AssertState(name, JobState.Completed);
        Assert.All(Executions(name), stored => Assert.Equal(ExecutionState.Completed, stored.Execution.State));
        Assert.Equal(Enumerable.Range(0, partitions), Timeline.RunsOf(name).Select(run => run.Partition).Order());
    }

    /// <summary>So many programs of the job are up, on nodes that are up.</summary>
    public void AssertRunning(string name, int count)
    {
        var up = Timeline.RunsOf(name).FindAll(run => run.IsRunning);
        Assert.True(up.Count == count, $"{up.Count} programs of {name} are up, not {count}:\n{Timeline}");
        Assert.Equal(JobState.Running, StoredJob(name).State);
    }

    /// <summary>Stops a service or a daemon at the end of a scenario.</summary>
    public async Task EndAsync(params string[] names)
    {
        Timeline.IsBrief = true;
        foreach (var name in names)
        {
            await orchestrator.Jobs!.StopAsync(jobs[name], "", CancellationToken.None);
        }

        await WaitAsync(2);
        AssertNothingRuns();
    }

    /// <summary>No program of a job is up anywhere.</summary>
    public void AssertNothingRuns() => Assert.DoesNotContain(Timeline.Runs, run => run.IsRunning);

    public void Dispose()
    {
        orchestrator.Dispose();
        foreach (var node in nodes.Values)
        {
            node.Dispose();
        }

        world.Dispose();
    }

    private static ResourceAmount Room(string cpu, string memory)
    {
        Assert.True(ResourceText.TryParseCpu(cpu, out var millis));
        Assert.True(ResourceText.TryParseBytes(memory, out var bytes));
        return new ResourceAmount(millis, bytes, DiskBytes: 100_000_000_000, Gpus: 0);
    }

    private void Look()
    {
        world.Checks.Look(orchestrator.Snapshot, [.. nodes.Values]);
        Timeline.Look();
        if (world.Checks.Violation is not null)
        {
            throw new SimulationFailedException();
        }
    }
}
