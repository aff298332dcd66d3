using System.Diagnostics;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Tests.State;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Links;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Orchestrator.Tests.Messaging;

/// <summary>An orchestrator's messaging over a real store and a link in memory, with members n-1 and n-2, whose processes the tests play.</summary>
internal sealed class MessagingWorld : IAsyncDisposable
{
    public static readonly NodeId NodeId = new("n-1");
    private OrchestratorMessaging? messaging;
    private MemoryLink? control;

    private MessagingWorld(TestStore store, MessagingOptions options)
    {
        (Store, Options) = (store, options);
        Hub = new MemoryHub(Clock);
    }

    public TestStore Store { get; }

    public MemoryHub Hub { get; }

    public FakeTimeProvider Clock => Store.Clock;

    public MessagingOptions Options { get; }

    public NodeGateway Gateway => messaging!.Gateway;

    public ReportedProgress Progress => messaging!.Progress;

    public ClusterSnapshot Snapshot => Store.Writer.Current;

    public ClusterNode Node => Snapshot.Nodes[NodeId];

    public static async Task<MessagingWorld> StartAsync(MessagingOptions? options = null)
    {
        var world = new MessagingWorld(TestStore.Start(), options ?? new());
        await world.Store.RunAsync(context =>
        {
            NodeJoins.Join(context.Draft, NodeId, "U1", new JoinPolicy(), context.NextNodeKey, context.Now);
            NodeJoins.Join(context.Draft, new NodeId("n-2"), "U2", new JoinPolicy(), context.NextNodeKey, context.Now);
        });
        await world.OpenAsync();
        return world;
    }

    public ScriptedNode Process(string bootId = "boot-1", string node = "n-1") => new(Hub, new NodeId(node), bootId);

    /// <summary>A job of some partitions, placed on n-1.</summary>
    public async Task<LiveExecution[]> PlaceAsync(int count = 1)
    {
        var job = await Store.RunAsync(context =>
            SampleJobs.Submit(context, $"job-{context.Now.Ticks}", submission: new() { Job = default, Spec = SampleJobs.SpecOf("sample", count) }));
        return await Store.RunAsync(context =>
            Enumerable.Range(0, count).Select(partition => SampleJobs.Place(context, job.Id, partition, "n-1")).ToArray());
    }

    public static ExecutionReport Report(LiveExecution execution, ReportKind kind, long revision = 1) =>
        new() { ExecutionId = execution.Id.Value, ReportRevision = revision, Kind = kind };

    public static Holding Holding(LiveExecution execution) =>
        new() { ExecutionId = execution.Id.Value, JobId = execution.Job.Value, AskRevision = execution.AskRevision, TakesRoom = true };

    /// <summary>Ends when the state is as wanted; fails after a minute. Time passes meanwhile, so that what waits for the clock goes on.</summary>
    public async Task UntilAsync(Func<ClusterSnapshot, bool> isReached, TimeSpan? step = null)
    {
        var begin = Stopwatch.GetTimestamp();
        for (var snapshot = Snapshot; !isReached(snapshot); snapshot = Snapshot)
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMinutes(1), "the state is not as wanted after a minute");
            if (step is { } time)
            {
                Clock.Advance(time);
            }

            await Store.Writer.WaitForChangeAsync(snapshot.Version, default).WaitAsync(TimeSpan.FromMilliseconds(step is null ? 20_000 : 20))
                .ContinueWith(_ => { }, default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public async Task RestartAsync()
    {
        await CloseAsync();
        await Store.RestartAsync();
        await OpenAsync();
    }

    /// <summary>Starts again with a copy of the store in its place.</summary>
    public async Task RestoreAsync(string copy)
    {
        await CloseAsync();
        await Store.RestoreAsync(copy);
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await Store.DisposeAsync();
        Assert.Empty(Hub.Failures);
    }

    private async Task OpenAsync()
    {
        control = Hub.Connect("orchestrator");
        messaging = await OrchestratorMessaging.StartAsync(
            Store.Writer, new MessagingLinks(control, Hub.Connect("orchestrator-bulk")), Options, Clock, NullLoggerFactory.Instance);
    }

    private async Task CloseAsync()
    {
        await messaging!.DisposeAsync();
        await control!.DisposeAsync();
    }
}
