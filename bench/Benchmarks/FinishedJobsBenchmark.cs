using System.Text.Json;
using Bacalhau.Benchmarks.Cluster;
using Bacalhau.Core;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Benchmarks;

/// <summary>What a store full of finished jobs costs: the start, one submit, one look of the planner. Live work should not feel the dead.</summary>
internal static class FinishedJobsBenchmark
{
    private const int Finished = 1_000_000;
    private const int Submits = 200;

    private const string Jobs = """
        WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < @count)
        INSERT INTO jobs (key, id, namespace, name, version, spec_digest, state, revision, created_at, submitted_at, modified_at, next_fresh, message, spec)
        SELECT n, printf('j-%036d', n), 'default', printf('done-%d', n), 1, 'digest', 4, 3, @at + n, @at + n, @at + n, 1, x'', CAST('{"Name":"done","Count":1}' AS BLOB) FROM series
        """;

    private const string Executions = """
        INSERT INTO executions (
            key, id, job_key, job_version, partition_index, node, cpu_millis, memory_bytes, disk_bytes, gpus, spec_digest, state, desired, phase, revision, ask,
            ask_revision, ask_order, report_revision, is_known_to_node, in_line, holds_partition, holds_room, is_live, past_attempts, past_returns,
            past_not_before, created_at, modified_at, message, desired_message, exit_code)
        SELECT key, printf('e-%036d', key), key, 1, 0, 'n-1', 100, 1000000, 0, 0, 'digest', 9, 1, 0, 3, 2,
            2, key, 3, 1, 0, 0, 0, 0, 0, 0, 0, created_at, created_at, x'', x'', 0 FROM jobs
        """;

    private const string History = "INSERT INTO history (job_key, seq, event_count, job_version, events) SELECT key, 0, 1, 1, CAST('[]' AS BLOB) FROM jobs";

    public static async Task RunAsync(Report report)
    {
        foreach (var finished in new[] { 0, Finished })
        {
            var folder = Directory.CreateTempSubdirectory("bacalhau-bench-");
            try
            {
                var path = Path.Combine(folder.FullName, "state.db");
                Fill(path, finished);
                await MeasureAsync(report, path, $"{finished:N0} finished jobs");
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static void Fill(string path, int finished)
    {
        StateStore.Open(path, new BenchIds()).Dispose();
        if (finished == 0)
        {
            return;
        }

        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var fill = connection.CreateCommand();
        fill.CommandText = $"PRAGMA synchronous = OFF; BEGIN; {Jobs}; {Executions}; {History}; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)";
        fill.Parameters.AddWithValue("@count", finished);
        fill.Parameters.AddWithValue("@at", TimeProvider.System.GetUtcNow().AddHours(-1).UtcTicks);
        fill.ExecuteNonQuery();
        using var count = connection.CreateCommand();
        count.CommandText = "SELECT COUNT(*) FROM jobs JOIN executions ON executions.job_key = jobs.key";
        if ((long)count.ExecuteScalar()! != finished)
        {
            throw new InvalidOperationException("The finished jobs were not made.");
        }
    }

    private static async Task MeasureAsync(Report report, string path, string what)
    {
        var ids = new BenchIds();
        var allocated = GC.GetTotalAllocatedBytes();
        var start = TimeProvider.System.GetTimestamp();
        using var store = StateStore.Open(path, ids);
        var writer = StateWriter.Start(store, new StateWriterOptions { Clock = TimeProvider.System, Ids = ids }, NullLogger<StateWriter>.Instance);
        report.Add($"{what}: open and load the store", TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, "ms");
        report.Add($"{what}: allocated to open and load", (GC.GetTotalAllocatedBytes() - allocated) / 1024.0, "KiB");
        var jobs = new JobService(writer, new JobServiceOptions { Orchestrator = new NodeId("n-bench"), Ids = ids });
        var (submits, plans) = (new List<double>(), new List<double>());
        for (var job = 0; job < Submits; job++)
        {
            var document = JsonElement.Parse(
                $$$"""{"Name":"new-{{{job}}}","Type":"batch","Count":1,"Tasks":[{"Name":"main","Engine":{"Type":"noop"}}]}""");
            start = TimeProvider.System.GetTimestamp();
            await jobs.SubmitAsync(new JobSubmitRequest { Document = document }, default);
            submits.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            start = TimeProvider.System.GetTimestamp();
            PlacementPlanner.Plan(writer.Current, TimeProvider.System.GetUtcNow(), ids, new PlannerOptions(), PlannerMemory.None);
            plans.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        }

        report.Add($"{what}: one submit, durable, p50", Percentiles.Of(submits, 0.5), "ms");
        report.Add($"{what}: one look of the planner, p50", Percentiles.Of(plans, 0.5), "ms");
        await writer.DisposeAsync();
    }
}
