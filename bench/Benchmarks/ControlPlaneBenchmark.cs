using Bacalhau.Benchmarks.Cluster;
using Bacalhau.Core.Resources;

namespace Bacalhau.Benchmarks;

/// <summary>
/// From HTTP submit to the job's end, with an engine that does nothing: one-execution jobs from 64 clients, and one job of 10,000 executions. Clients,
/// orchestrator and node share this process and its cores; commits of both stores are durable.
/// </summary>
internal static class ControlPlaneBenchmark
{
    private const int Clients = 64;
    private const int Jobs = 6400;
    private const int Executions = 10_000;
    private const string Task = """{"Name":"main","Engine":{"Type":"noop"},"Resources":{"CPU":"0.1","Memory":"1MB"}}""";

    public static async Task RunAsync(Report report)
    {
        await using (var cluster = await BenchCluster.StartAsync(new ResourceAmount(64_000, 64L << 30, 0, 0), _ => new NoopEngine()))
        {
            await using var client = new BenchClient(cluster);
            await RunJobsAsync(client, Jobs / 2);
            await cluster.SettleAsync();
            await MeasureJobsAsync(report, cluster, client);
            await MeasureExecutionsAsync(report, cluster, client, "node with room for 640");
            cluster.CheckCompleted((Jobs / 2) + Jobs + 1);
        }

        await using (var cluster = await BenchCluster.StartAsync(new ResourceAmount(100, 1L << 30, 0, 0), _ => new NoopEngine()))
        {
            await using var client = new BenchClient(cluster);
            await RunJobsAsync(client, Clients);
            await cluster.SettleAsync();
            await MeasureExecutionsAsync(report, cluster, client, "node with room for 1");
        }
    }

    private static async Task MeasureJobsAsync(Report report, BenchCluster cluster, BenchClient client)
    {
        var counts = new Counts(cluster);
        var (submits, ends) = await RunJobsAsync(client, Jobs);
        const string What = "1-execution jobs, 64 clients";
        counts.AddTo(report, What, Jobs);
        report.Add($"{What}: submit, p50", Percentiles.Of(submits, 0.5), "ms");
        report.Add($"{What}: submit, p99", Percentiles.Of(submits, 0.99), "ms", "< 50 ms at 2,000/s");
        report.Add($"{What}: submit to completed, p50", Percentiles.Of(ends, 0.5), "ms");
        report.Add($"{What}: submit to completed, p99", Percentiles.Of(ends, 0.99), "ms");
        await cluster.SettleAsync();
        report.Gate($"{What}: orchestrator rows a job", counts.StateRows / (double)Jobs, "rows", 8);
        report.Gate($"{What}: node rows a job", counts.NodeRows / (double)Jobs, "rows", 4);
    }

    private static async Task MeasureExecutionsAsync(Report report, BenchCluster cluster, BenchClient client, string node)
    {
        var counts = new Counts(cluster);
        await client.WaitForEndAsync(await client.SubmitAsync(Executions, Task)).WaitAsync(TimeSpan.FromMinutes(3));
        var what = $"1 job of 10,000, {node}";
        counts.AddTo(report, what, Executions);
        await cluster.SettleAsync();
        report.Gate($"{what}: orchestrator rows an execution", counts.StateRows / (double)Executions, "rows", 8);
        report.Gate($"{what}: node rows an execution", counts.NodeRows / (double)Executions, "rows", 4);
    }

    private static async Task<(List<double> Submits, List<double> Ends)> RunJobsAsync(BenchClient client, int jobs)
    {
        var clients = await System.Threading.Tasks.Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RunClientAsync(client, jobs / Clients)))
            .WaitAsync(TimeSpan.FromMinutes(3));
        return ([.. clients.SelectMany(one => one.Submits)], [.. clients.SelectMany(one => one.Ends)]);
    }

    private static async Task<(List<double> Submits, List<double> Ends)> RunClientAsync(BenchClient client, int jobs)
    {
        var (submits, ends) = (new List<double>(), new List<double>());
        for (var job = 0; job < jobs; job++)
        {
            var start = TimeProvider.System.GetTimestamp();
            var id = await client.SubmitAsync(1, Task);
            submits.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            await client.WaitForEndAsync(id);
            ends.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        }

        return (submits, ends);
    }

    /// <summary>What the cluster counted since this was made.</summary>
    private sealed class Counts(BenchCluster cluster)
    {
        private readonly long start = TimeProvider.System.GetTimestamp();
        private readonly TimeSpan processor = Environment.CpuUsage.TotalTime;
        private readonly long allocated = GC.GetTotalAllocatedBytes();
        private readonly long stateRows = cluster.Orchestrator.Writer.RowsWritten;
        private readonly long transactions = cluster.Orchestrator.Writer.Transactions;
        private readonly long nodeRows = cluster.Compute.Store.RowWrites;

        public long StateRows => cluster.Orchestrator.Writer.RowsWritten - stateRows;

        public long NodeRows => cluster.Compute.Store.RowWrites - nodeRows;

        public void AddTo(Report report, string what, int executions)
        {
            var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            var cpu = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
            report.Add($"{what}: executions a second", executions / seconds, "/s", "at least 2,000 /s on 2 idle cores");
            report.Add($"{what}: time between two ends", seconds * 1000 / executions, "ms");
            report.Add($"{what}: processor time an execution", cpu * 1e6 / executions, "µs", "at most 1,000 µs");
            report.Add($"{what}: share of 2 cores this process got", cpu / seconds / 2 * 100, "%");
            report.Add($"{what}: allocated an execution", (GC.GetTotalAllocatedBytes() - allocated) / 1024.0 / executions, "KiB");
            report.Add($"{what}: executions in a transaction", executions / (double)(cluster.Orchestrator.Writer.Transactions - transactions), "");
        }
    }
}
