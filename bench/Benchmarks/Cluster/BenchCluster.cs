using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Node;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.Orchestrator.State;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Benchmarks.Cluster;

/// <summary>One orchestrator and one compute node in this process, made of what production is made of, in a folder that goes when they stop.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private readonly NodeIdentity identity;
    private readonly ILoggerFactory loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
    private readonly BootClock clock = new();
    private BenchApi api = null!;

    private BenchCluster()
    {
        folder = Directory.CreateTempSubdirectory("bacalhau-bench-");
        identity = NodeIdentity.Open(folder.FullName, "n-bench", new BenchIds());
    }

    public BenchOrchestrator Orchestrator { get; private set; } = null!;

    public BenchCompute Compute { get; private set; } = null!;

    public Uri Address => api.Address;

    /// <summary>Starts both, and returns when the node takes work.</summary>
    /// <param name="capacity">Room of the node.</param>
    /// <param name="makeEngine">Makes its one engine, given a folder.</param>
    public static async Task<BenchCluster> StartAsync(ResourceAmount capacity, Func<string, IEngine> makeEngine)
    {
        var cluster = new BenchCluster();
        var folder = cluster.folder.FullName;
        cluster.Orchestrator = await BenchOrchestrator.StartAsync(folder, cluster.identity, cluster.clock, cluster.loggers);
        cluster.Compute = await BenchCompute.StartAsync(
            Path.Combine(folder, "compute"), cluster.identity, cluster.Orchestrator.NatsUrl, capacity, makeEngine(folder), cluster.clock, cluster.loggers);
        cluster.api = await BenchApi.StartAsync(cluster.Orchestrator, cluster.clock, cluster.loggers);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var writer = cluster.Orchestrator.Writer;
        for (var snapshot = writer.Current; snapshot.Nodes.GetValueOrDefault(cluster.identity.Id) is not { IsEligible: true }; snapshot = writer.Current)
        {
            await writer.WaitForChangeAsync(snapshot.Version, limit.Token);
        }

        return cluster;
    }

    /// <summary>Waits until the node has forgotten all executions, so that nothing of them is counted later.</summary>
    public async Task SettleAsync()
    {
        for (var tries = 0; !Compute.Store.Current.Held.IsEmpty; tries++)
        {
            await Task.Delay(tries < 500 ? 20 : throw new InvalidOperationException($"The node still holds {Compute.Store.Current.Held.Count} executions."));
        }
    }

    /// <summary>Makes sure that what was measured was work done, not work refused.</summary>
    /// <exception cref="InvalidOperationException">Fewer jobs than that have completed.</exception>
    public void CheckCompleted(int jobs)
    {
        var completed = Orchestrator.Queries.Jobs(new JobListQuery { State = JobState.Completed }).Items.Length;
        if (completed != jobs)
        {
            throw new InvalidOperationException($"{completed} of {jobs} jobs have completed.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        await Compute.DisposeAsync();
        await Orchestrator.DisposeAsync();
        identity.Dispose();
        loggers.Dispose();
        folder.Delete(recursive: true);
    }
}
