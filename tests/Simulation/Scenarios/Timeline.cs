using System.Globalization;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Simulation.Cluster;
using Bacalhau.TestKit.Engines;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>A line of a timeline.</summary>
/// <param name="At">Seconds since the scenario began.</param>
/// <param name="Text">What happened.</param>
/// <param name="IsStep">Whether the scenario did it.</param>
internal sealed record TimelineEntry(double At, string Text, bool IsStep = false);

/// <summary>Writes down what happens in a scenario: states as the store has them, programs as the machines see them.</summary>
internal sealed class Timeline(SimulationWorld world, SimulatedOrchestrator orchestrator)
{
    private readonly Dictionary<JobId, string> names = [];
    private readonly SortedDictionary<JobId, (JobState State, int Version)> jobs = [];
    private readonly SortedDictionary<ExecutionId, LiveExecution> executions = [];
    private readonly SortedDictionary<NodeId, NodeConnection> nodes = [];
    private readonly List<(ProgramRun Run, FakeProcess Process)> running = [];
    private readonly HashSet<JobId> many = [];
    private ClusterSnapshot last = ClusterSnapshot.Empty;
    private TimeSpan zero;

    /// <summary>What happened, in order.</summary>
    public List<TimelineEntry> Entries { get; } = [];

    /// <summary>All programs that ran, in order of their start.</summary>
    public List<ProgramRun> Runs { get; } = [];

    /// <summary>Whether nothing is written but steps and notes; programs are counted still.</summary>
    public bool IsBrief { get; set; }

    /// <summary>Seconds since the scenario began.</summary>
    public double Now => Math.Round((world.Clock.Elapsed - zero).TotalSeconds, 3);

    /// <summary>The scenario begins now.</summary>
    public void Begin()
    {
        zero = world.Clock.Elapsed;
        Entries.Clear();
    }

    /// <summary>Something that the scenario does.</summary>
    public TimelineEntry Step(string text)
    {
        var step = new TimelineEntry(Now, text, IsStep: true);
        Entries.Add(step);
        return step;
    }

    /// <summary>Says more of what the scenario did.</summary>
    public void Amend(TimelineEntry step, string text) => Entries[Entries.FindIndex(entry => ReferenceEquals(entry, step))] = step with { Text = text };

    /// <summary>Something worth knowing.</summary>
    public void Note(string text) => Entries.Add(new(Now, text));

    public void Name(JobId id, ScenarioJob job)
    {
        names[id] = job.Name;
        jobs.TryAdd(id, (JobState.Pending, 1));
        if (job.Count > 1)
        {
            many.Add(id);
        }
    }

    /// <summary>Runs of a job's program.</summary>
    public List<ProgramRun> RunsOf(string job) => Runs.FindAll(run => run.Job == job);

    /// <summary>When something happened first.</summary>
    public double TimeOf(string text) =>
        Entries.Find(entry => entry.Text == text)?.At
        ?? throw new InvalidOperationException($"It never happened that: {text}. What did:\n{this}");

    /// <summary>Writes down what a node's machine runs.</summary>
    public void Watch(SimulatedNode node) => node.Machine.Started += (id, process) => OnStarted(node.Id, id, process);

    /// <summary>Looks at everything after a step of the simulation.</summary>
    public void Look()
    {
        var snapshot = orchestrator.Snapshot;
        if (orchestrator.IsUp && !ReferenceEquals(snapshot, last))
        {
            last = snapshot;
            LookAtJobs(snapshot);
            LookAtExecutions(snapshot);
            LookAtNodes(snapshot);
        }

        LookAtPrograms();
    }

    public override string ToString() => string.Join('\n', Entries.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.At:0.0} {(entry.IsStep ? "* " : "")}{entry.Text}")));

    /// <summary>Looks at the state of all jobs.</summary>
    public void LookAtJobs(ClusterSnapshot snapshot)
    {
        foreach (var (id, job) in snapshot.Jobs)
        {
            Become(id, job.State, job.Version);
        }

        foreach (var (id, (state, _)) in jobs.ToList())
        {
            if (!snapshot.Jobs.ContainsKey(id) && !state.IsTerminal())
            {
                using var queries = orchestrator.OpenQueries();
                if (queries.Job(id) is { } stored)
                {
                    Become(id, stored.State, stored.Version);
                }
            }
        }
    }

    private void Become(JobId id, JobState state, int version)
    {
        if (jobs.TryGetValue(id, out var known) && known == (state, version))
        {
            return;
        }

        jobs[id] = (state, version);
        if (state != JobState.Pending)
        {
            Add($"{NameOf(id)}{(version > 1 ? $" v{version}" : "")} {state}");
        }
    }

    private void LookAtExecutions(ClusterSnapshot snapshot)
    {
        foreach (var (id, execution) in snapshot.Executions)
        {
            var known = executions.GetValueOrDefault(id);
            executions[id] = execution;
            if (execution.IsEnded && known?.State != execution.State && execution.State != ExecutionState.Completed)
            {
                Add($"{NameOf(execution)} {execution.State}");
            }
        }
    }

    private void LookAtNodes(ClusterSnapshot snapshot)
    {
        foreach (var (id, node) in snapshot.Nodes)
        {
            if (!nodes.TryGetValue(id, out var known) || known != node.Connection)
            {
                nodes[id] = node.Connection;
                Add($"{id} {node.Connection}");
            }
        }
    }

    private void OnStarted(NodeId node, ExecutionId id, FakeProcess process)
    {
        LookAtPrograms();
        LookAtExecutions(orchestrator.Snapshot);
        var execution = executions[id];
        var run = new ProgramRun(id, NameOf(execution.Job), execution.Partition, node.Value, Now);
        Runs.Add(run);
        running.Add((run, process));
        Add($"{NameOf(execution)} starts");
    }

    private void LookAtPrograms()
    {
        foreach (var (run, process) in running.Where(one => one.Process.End is not null).ToList())
        {
            run.Ended = Now;
            run.ExitCode = process.End!.ExitCode;
            running.Remove((run, process));
            Add($"{NameOf(executions[run.Execution])} ends with {run.ExitCode}");
        }
    }

    private string NameOf(JobId id) => names.GetValueOrDefault(id, id.Value);

    private string NameOf(LiveExecution execution) =>
        $"{NameOf(execution.Job)}{(many.Contains(execution.Job) ? $"[{execution.Partition}]" : "")}{(execution.JobVersion > 1 ? $" v{execution.JobVersion}" : "")} on {execution.Node}";

    private void Add(string text)
    {
        if (!IsBrief)
        {
            Entries.Add(new(Now, text));
        }
    }
}
