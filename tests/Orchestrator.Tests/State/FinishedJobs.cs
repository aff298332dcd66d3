namespace Bacalhau.Orchestrator.Tests.State;

/// <summary>A store with one live job and a hundred thousand finished ones, made by SQL.</summary>
public sealed class FinishedJobs : IAsyncLifetime
{
    public const int Count = 100_000;

    internal TestStore Store { get; } = TestStore.Start();

    public async ValueTask InitializeAsync()
    {
        await Store.SubmitAsync("live");
        Store.Writer.Store.Execute($"""
            WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= {Count})
            INSERT INTO jobs (key, id, namespace, name, version, spec_digest, state, revision, created_at, submitted_at, modified_at, next_fresh, message, spec)
            SELECT i, 'j-' || printf('%08x', i * 7919 % 4294967296) || '-0000-4000-8000-000000000000', 'default', 'job-' || i, 1, 'd', 4, 3, i, i, i, 1, X'',
                CAST('1 x' AS BLOB)
            FROM n
            """);
        Store.Writer.Store.Execute($"""
            INSERT INTO executions (key, id, job_key, job_version, partition_index, node, cpu_millis, memory_bytes, disk_bytes, gpus, spec_digest, state, desired,
                phase, revision, ask, ask_revision, ask_order, report_revision, is_known_to_node, in_line, holds_partition, holds_room, is_live,
                past_attempts, past_returns, past_not_before, created_at, modified_at, message, desired_message, exit_code)
            SELECT key, 'e-' || substr(id, 3), key, 1, 0, 'n-1', 1, 1, 1, 0, 'd', 9, 2, 0, 3, 2, 2, key, 2, 1, 0, 0, 0, 0, 0, 0, 0, key, key, X'', X'', 0
            FROM jobs WHERE state = 4
            """);
        Store.Writer.Store.Execute(
            "INSERT INTO history (job_key, seq, event_count, job_version, events) SELECT key, 1, 1, 1, CAST('[]' AS BLOB) FROM jobs WHERE state = 4");
        Store.Writer.Store.Execute(
            "INSERT INTO job_labels (job_key, name, value) SELECT key, CAST('env' AS BLOB), CAST('prod' AS BLOB) FROM jobs WHERE state = 4");
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
