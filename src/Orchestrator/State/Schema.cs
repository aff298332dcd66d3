namespace Bacalhau.Orchestrator.State;

/// <summary>
/// The tables. The same text serves SQLite and PostgreSQL: <c>{key}</c>, <c>{int}</c>, <c>{text}</c> and <c>{bytes}</c> stand for each one's types.
/// Times are UTC ticks of 100 ns, flags 0 or 1. Text from strangers is bytes; ids, names and digests are text and compare bytewise.
/// </summary>
internal static class Schema
{
    /// <summary>What makes each version out of the one before; the first makes version 1 out of nothing.</summary>
    public static readonly IReadOnlyList<string> Migrations = [Version1, Version2, Version3, Version4, Version5];

    /// <summary>The version this program writes.</summary>
    public static int Version => Migrations.Count;

    private const string Version1 = """
        CREATE TABLE store (
            key {key} PRIMARY KEY,
            schema_version {int} NOT NULL,
            cluster_id {text} NOT NULL,
            term {int} NOT NULL,
            last_execution_key {int} NOT NULL
        );

        CREATE TABLE jobs (
            key {key} PRIMARY KEY,
            id {text} NOT NULL,
            namespace {text} NOT NULL,
            name {text} NOT NULL,
            version {int} NOT NULL,
            spec_digest {text} NOT NULL,
            state {int} NOT NULL,
            revision {int} NOT NULL,
            created_at {int} NOT NULL,
            submitted_at {int} NOT NULL,
            modified_at {int} NOT NULL,
            waiting_since {int},
            next_fresh {int} NOT NULL,
            token {text},
            body_digest {text},
            message {bytes} NOT NULL,
            memory {bytes},
            answer {bytes},
            spec {bytes} NOT NULL
        );
        CREATE UNIQUE INDEX jobs_by_id ON jobs (id);
        CREATE INDEX jobs_by_name ON jobs (namespace, name);
        CREATE INDEX jobs_by_namespace ON jobs (namespace, key);
        CREATE INDEX jobs_by_change ON jobs (modified_at, key);
        CREATE INDEX jobs_by_token ON jobs (token) WHERE token IS NOT NULL;
        CREATE INDEX jobs_active ON jobs (key) WHERE state < 4;

        CREATE TABLE job_versions (
            job_key {int} NOT NULL,
            version {int} NOT NULL,
            spec_digest {text} NOT NULL,
            state {int} NOT NULL,
            revision {int} NOT NULL,
            submitted_at {int} NOT NULL,
            modified_at {int} NOT NULL,
            message {bytes} NOT NULL,
            spec {bytes} NOT NULL,
            PRIMARY KEY (job_key, version)
        );

        CREATE TABLE job_labels (
            job_key {int} NOT NULL,
            name {bytes} NOT NULL,
            value {bytes} NOT NULL,
            PRIMARY KEY (job_key, name)
        );
        CREATE INDEX job_labels_by_value ON job_labels (name, value, job_key);

        CREATE TABLE executions (
            key {key} PRIMARY KEY,
            id {text} NOT NULL,
            job_key {int} NOT NULL,
            job_version {int} NOT NULL,
            partition_index {int} NOT NULL,
            node {text} NOT NULL,
            cpu_millis {int} NOT NULL,
            memory_bytes {int} NOT NULL,
            disk_bytes {int} NOT NULL,
            gpus {int} NOT NULL,
            spec_digest {text} NOT NULL,
            state {int} NOT NULL,
            desired {int} NOT NULL,
            phase {int} NOT NULL,
            revision {int} NOT NULL,
            ask {int} NOT NULL,
            ask_revision {int} NOT NULL,
            ask_order {int} NOT NULL,
            report_revision {int} NOT NULL,
            is_known_to_node {int} NOT NULL,
            in_line {int} NOT NULL,
            holds_partition {int} NOT NULL,
            holds_room {int} NOT NULL,
            is_live {int} NOT NULL,
            past_attempts {int} NOT NULL,
            past_returns {int} NOT NULL,
            past_not_before {int} NOT NULL,
            grant_until {int},
            created_at {int} NOT NULL,
            modified_at {int} NOT NULL,
            message {bytes} NOT NULL,
            desired_message {bytes} NOT NULL,
            exit_code {int},
            is_stdout_cut {int},
            is_stderr_cut {int},
            stdout {bytes},
            stderr {bytes},
            error {bytes},
            published_result {bytes}
        );
        CREATE UNIQUE INDEX executions_by_id ON executions (id);
        CREATE INDEX executions_by_job ON executions (job_key, key);
        CREATE INDEX executions_refused ON executions (job_key, job_version, key) WHERE state = 8;
        CREATE INDEX executions_live ON executions (key) WHERE is_live = 1;
        CREATE INDEX executions_completed ON executions (job_key, job_version, partition_index) WHERE state = 9;

        CREATE TABLE log_tails (
            execution_key {key} PRIMARY KEY,
            length {int} NOT NULL,
            log {bytes} NOT NULL
        );
        CREATE INDEX log_tails_by_length ON log_tails (execution_key, length);

        CREATE TABLE history (
            job_key {int} NOT NULL,
            seq {int} NOT NULL,
            event_count {int} NOT NULL,
            job_version {int} NOT NULL,
            events {bytes} NOT NULL,
            PRIMARY KEY (job_key, seq)
        );

        CREATE TABLE nodes (
            key {key} PRIMARY KEY,
            id {text} NOT NULL,
            public_key {text} NOT NULL,
            membership {int} NOT NULL,
            facts_revision {int} NOT NULL,
            last_seen_at {int} NOT NULL,
            last_error {bytes} NOT NULL,
            facts {bytes} NOT NULL,
            holds_strangers {int} NOT NULL,
            stops_strangers_below {int} NOT NULL
        );
        CREATE UNIQUE INDEX nodes_by_id ON nodes (id)
        """;

    /// <summary>Nodes can be drained, and executions replaced by healthy ones of a new version.</summary>
    private const string Version2 = """
        ALTER TABLE nodes ADD COLUMN drain_since {int};
        ALTER TABLE nodes ADD COLUMN drain_deadline {int};
        ALTER TABLE executions ADD COLUMN is_surge {int} NOT NULL DEFAULT 0;
        ALTER TABLE executions ADD COLUMN running_since {int};
        ALTER TABLE executions ADD COLUMN healthy_since {int};
        ALTER TABLE executions ADD COLUMN choice {bytes}
        """;

    /// <summary>Nodes leave when they have stopped what they run.</summary>
    private const string Version3 = """
        ALTER TABLE nodes ADD COLUMN exit_how {int};
        ALTER TABLE nodes ADD COLUMN exit_why {bytes};
        ALTER TABLE nodes ADD COLUMN exit_until {int}
        """;

    /// <summary>Executions tell how much of their inputs was on their nodes.</summary>
    private const string Version4 = """
        ALTER TABLE executions ADD COLUMN input_bytes_here {int};
        ALTER TABLE executions ADD COLUMN input_bytes_moved {int}
        """;

    /// <summary>All executions of a job's version read the same lists of objects.</summary>
    private const string Version5 = """
        CREATE TABLE input_lists (
            job_key {int} NOT NULL,
            job_version {int} NOT NULL,
            name {text} NOT NULL,
            digest {text} NOT NULL,
            length {int} NOT NULL,
            list {bytes} NOT NULL,
            PRIMARY KEY (job_key, job_version, name)
        );
        CREATE INDEX input_lists_by_length ON input_lists (job_key, length)
        """;

    /// <summary>The statements of a migration in the words of SQLite.</summary>
    public static IEnumerable<string> ForSqlite(string migration) => Split(migration, "INTEGER", "INTEGER", "TEXT", "BLOB");

    /// <summary>The statements of a migration in the words of PostgreSQL.</summary>
    public static IEnumerable<string> ForPostgres(string migration) => Split(migration, "BIGINT", "BIGINT", "TEXT COLLATE \"C\"", "BYTEA");

    private static string[] Split(string migration, string key, string integer, string text, string bytes) => migration
        .Replace("{key}", key, StringComparison.Ordinal)
        .Replace("{int}", integer, StringComparison.Ordinal)
        .Replace("{text}", text, StringComparison.Ordinal)
        .Replace("{bytes}", bytes, StringComparison.Ordinal)
        .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
