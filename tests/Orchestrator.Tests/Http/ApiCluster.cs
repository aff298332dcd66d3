using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.Http;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Results;
using Bacalhau.Orchestrator.State;
using Bacalhau.Orchestrator.Tests.State;
using Bacalhau.Protocol.Jobs;
using Bacalhau.TestKit.Links;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>An orchestrator behind its API: the real store, planner and decisions, and nodes that the test plays.</summary>
internal sealed class ApiCluster : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bacalhau-api-").FullName;
    private readonly RandomIds ids = new();

    private ApiCluster(Action<Action> commit)
    {
        Writer = StateWriter.Start(
            StateStore.Open(Path.Combine(folder, "orchestrator.db"), ids),
            new StateWriterOptions { Clock = TimeProvider.System, Ids = ids, ReadDemand = spec => JobDemands.From(SpecDocument.Of(spec).Read()), Commit = commit },
            NullLogger<StateWriter>.Instance);
        Queries = JobQueries.Open(Writer.Store);
        Jobs = new JobService(Writer, new JobServiceOptions { Orchestrator = ApiServer.Node, Instance = new string('a', 64), Ids = ids });
    }

    public StateWriter Writer { get; }

    public JobQueries Queries { get; }

    public JobService Jobs { get; }

    public ReportedProgress Progress { get; } = new();

    public MemoryHub Hub { get; } = new(TimeProvider.System);

    public ApiServer Server { get; private set; } = null!;

    public HttpClient Client => Server.Client;

    public OrchestratorServices Services => new()
    {
        Agent = ApiServer.Agent,
        Jobs = Jobs,
        Queries = Queries,
        State = Writer,
        Progress = Progress,
        Nodes = new NodeGateway(Hub.Connect("orchestrator"), Writer),
        Results = Results,
        Clock = TimeProvider.System,
        Loggers = NullLoggerFactory.Instance,
    };

    private ResultOptions Results { get; init; } = new();

    /// <summary>Starts one.</summary>
    /// <param name="options">Limits and doors of the API.</param>
    /// <param name="commit">Wraps every commit of the store.</param>
    /// <param name="results">How clients come by results.</param>
    public static async Task<ApiCluster> StartAsync(ApiOptions? options = null, Action<Action>? commit = null, ResultOptions? results = null)
    {
        var cluster = new ApiCluster(commit ?? (step => step())) { Results = results ?? new() };
        cluster.Server = await ApiServer.StartAsync(options ?? new ApiOptions(), app => OrchestratorApi.Map(app, cluster.Services));
        return cluster;
    }

    public Task<T> RunAsync<T>(Func<StateContext, T> decide) => Writer.RunAsync(new Request<T>(decide), CancellationToken.None);

    /// <summary>A compute node with room for two of the recorded jobs joins and is approved.</summary>
    public Task<ClusterNode> JoinAsync(string id, params (string Name, string Value)[] labels) => RunAsync(context =>
    {
        var capacity = new ResourceAmount(1500, 2_000_000_000, 4_000_000_000, 0);
        var facts = new NodeFacts
        {
            IsCompute = true,
            Labels = labels.Aggregate(TextMap.Empty.Add("name", id).Add("os_type", "linux").Add("os_arch", "amd64"), (all, label) => all.SetItem(label.Name, label.Value)),
            Engines = ["docker", "wasm"],
            Publishers = ["local", "noop"],
            InputSources = ["inline", "local"],
            Capacity = capacity,
            MaxJobRequirements = capacity,
            Version = "v1.9.3",
            Os = "linux",
            Arch = "amd64",
        };
        var node = new ClusterNode
        {
            Id = new NodeId(id),
            Key = context.NextNodeKey(),
            PublicKey = "U" + id,
            Membership = NodeMembership.Approved,
            Connection = NodeConnection.Connected,
            Session = context.Ids.NextSessionId(),
            LastSeenAt = context.Now,
            ConnectedSince = context.Now,
            Facts = facts,
        };
        context.Draft.Put(node);
        return node;
    });

    /// <summary>All nodes have been silent for too long.</summary>
    public Task LoseNodesAsync() => RunAsync(context =>
    {
        var later = context.Now.AddHours(1);
        NodeLiveness.Judge(context.Draft, LivenessRules.Default, new Listening(context.Now, later), later);
        return true;
    });

    /// <summary>Places what can be placed.</summary>
    public Task PlanAsync() => RunAsync(context =>
    {
        var (plan, _) = PlacementPlanner.Plan(Writer.Current, context.Now, context.Ids, new PlannerOptions(), PlannerMemory.None);
        return PlanApplication.Apply(context.Draft, plan, context.Now, context.NextExecutionKey);
    });

    /// <summary>The node of an execution reports.</summary>
    public Task ReportAsync(ExecutionId id, ObservedOutcome outcome, Func<Observation, Observation>? change = null) => RunAsync(context =>
    {
        var execution = context.Draft.Execution(id)!;
        var seen = new Observation { Execution = id, ReportRevision = execution.ReportRevision + 1, Outcome = outcome };
        return ExecutionReports.Take(context.Draft, execution.Node, change?.Invoke(seen) ?? seen, context.Now);
    });

    /// <summary>The executions of a job, in order of partitions.</summary>
    public IReadOnlyList<LiveExecution> ExecutionsOf(JobId job) =>
        [.. Queries.Executions(new ExecutionListQuery { Job = Queries.Job(job)!.Key }).Items.Select(stored => stored.Execution).OrderBy(execution => execution.Partition)];

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Queries.Dispose();
        await Writer.DisposeAsync();
        Writer.Store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private sealed class RandomIds : IIdSource
    {
        public Guid Next() => Guid.NewGuid();
    }
}
