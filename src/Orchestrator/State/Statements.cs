namespace Bacalhau.Orchestrator.State;

/// <summary>
/// Every statement that reads or writes the store's tables, in SQL that SQLite and PostgreSQL both understand. Parameters are given by position, in the order
/// in which their names first appear.
/// </summary>
internal static class Statements
{
    /// <summary>Makes the one row that says what the store is.</summary>
    public const string CreateStore = "INSERT INTO store (key, schema_version, cluster_id, term, last_execution_key) VALUES (1, @version, @cluster, 0, 0)";

    /// <summary>Remembers that a migration was done.</summary>
    public const string SetSchemaVersion = "UPDATE store SET schema_version = @version WHERE key = 1";

    /// <summary>What the store is.</summary>
    public const string ReadStore = "SELECT schema_version, cluster_id, term FROM store WHERE key = 1";

    /// <summary>Begins a new term.</summary>
    public const string NextTerm = "UPDATE store SET term = term + 1 WHERE key = 1 RETURNING term";

    /// <summary>Goes up to a term.</summary>
    public const string RaiseTerm = "UPDATE store SET term = @term WHERE key = 1 AND term < @term";

    /// <summary>Largest key of a job.</summary>
    public const string LastJobKey = "SELECT COALESCE(MAX(key), 0) FROM jobs";

    /// <summary>Largest key of an execution that has not been deleted.</summary>
    public const string LastExecutionKey = "SELECT COALESCE(MAX(key), 0) FROM executions";

    /// <summary>Largest key that an execution had when some were deleted last.</summary>
    public const string KeptExecutionKey = "SELECT last_execution_key FROM store WHERE key = 1";

    /// <summary>Keeps the largest key of an execution, as the execution that has it may be deleted and its key must not be given again.</summary>
    public const string KeepExecutionKey = """
        UPDATE store SET last_execution_key = (SELECT MAX(key) FROM executions)
        WHERE key = 1 AND last_execution_key < (SELECT MAX(key) FROM executions)
        """;

    /// <summary>Largest key of a node.</summary>
    public const string LastNodeKey = "SELECT COALESCE(MAX(key), 0) FROM nodes";

    /// <summary>Adds a job at its first version.</summary>
    public const string AddJob = """
        INSERT INTO jobs (key, id, namespace, name, version, spec_digest, state, revision, created_at, submitted_at, modified_at, waiting_since, next_fresh,
            message, memory, token, body_digest, answer, spec)
        VALUES (@key, @id, @namespace, @name, @version, @digest, @state, @revision, @created, @submitted, @modified, @waiting, @fresh,
            @message, @memory, @token, @bodydigest, @answer, @spec)
        """;

    /// <summary>Writes what changes of a job while it lives.</summary>
    public const string SetJob = """
        UPDATE jobs SET state = @state, revision = @revision, modified_at = @modified, waiting_since = @waiting, next_fresh = @fresh,
            message = @message, memory = @memory
        WHERE key = @key
        """;

    /// <summary>Keeps the present version of a job before a newer one takes its place.</summary>
    public const string KeepVersion = """
        INSERT INTO job_versions (job_key, version, spec_digest, state, revision, submitted_at, modified_at, message, spec)
        SELECT key, version, spec_digest, state, revision, submitted_at, modified_at, message, spec FROM jobs WHERE key = @key
        """;

    /// <summary>Gives a job its newer version.</summary>
    public const string SetVersion = """
        UPDATE jobs SET version = @version, spec_digest = @digest, submitted_at = @submitted, token = @token, body_digest = @bodydigest, answer = @answer,
            spec = @spec
        WHERE key = @key
        """;

    /// <summary>Adds one label of a job.</summary>
    public const string AddLabel = "INSERT INTO job_labels (job_key, name, value) VALUES (@job, @name, @value)";

    /// <summary>Deletes a job's labels.</summary>
    public const string DeleteLabels = "DELETE FROM job_labels WHERE job_key = @job";

    /// <summary>Adds or replaces an execution that has not left anything behind.</summary>
    public const string PutExecution = $"""
        INSERT INTO executions ({ExecutionColumns}) VALUES ({ExecutionValues})
        ON CONFLICT (key) DO UPDATE SET {ExecutionChanges}
        """;

    /// <summary>Adds or replaces an execution together with what it left behind.</summary>
    public const string EndExecution = $"""
        INSERT INTO executions ({ExecutionColumns}, exit_code, is_stdout_cut, is_stderr_cut, stdout, stderr, error, published_result)
        VALUES ({ExecutionValues}, @exit, @stdoutcut, @stderrcut, @stdout, @stderr, @error, @result)
        ON CONFLICT (key) DO UPDATE SET {ExecutionChanges}, exit_code = excluded.exit_code, is_stdout_cut = excluded.is_stdout_cut,
            is_stderr_cut = excluded.is_stderr_cut, stdout = excluded.stdout, stderr = excluded.stderr, error = excluded.error,
            published_result = excluded.published_result
        """;

    /// <summary>Adds the end of an execution's log.</summary>
    public const string AddLogTail = "INSERT INTO log_tails (execution_key, length, log) VALUES (@execution, @length, @log) ON CONFLICT (execution_key) DO NOTHING";

    /// <summary>Adds a list of an input.</summary>
    public const string AddInputList = """
        INSERT INTO input_lists (job_key, job_version, name, digest, length, list) VALUES (@job, @version, @name, @digest, @length, @list)
        """;

    /// <summary>A list of an input.</summary>
    public const string InputList = "SELECT digest, list FROM input_lists WHERE job_key = @job AND job_version = @version AND name = @name";

    /// <summary>Bytes of all lists of a job's version, and 4 KiB for each.</summary>
    public const string SumInputListsOfVersion = """
        SELECT CAST(COALESCE(SUM(length + 4096), 0) AS BIGINT) FROM input_lists WHERE job_key = @job AND job_version = @version
        """;

    /// <summary>Bytes of all lists of inputs.</summary>
    public const string SumInputLists = "SELECT CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM input_lists";

    /// <summary>Jobs that are over and have lists of inputs, with the bytes of these, oldest first.</summary>
    public const string OldestInputLists = """
        SELECT job_key, id, CAST(SUM(length) AS BIGINT) FROM input_lists JOIN jobs ON key = job_key WHERE state >= 4 GROUP BY job_key, id ORDER BY job_key LIMIT @limit
        """;

    /// <summary>Deletes the lists of a job.</summary>
    public const string DeleteInputLists = "DELETE FROM input_lists WHERE job_key = @job";

    /// <summary>Adds events of one job, numbered after those it has.</summary>
    public const string AddHistory = """
        INSERT INTO history (job_key, seq, event_count, job_version, events)
        SELECT @job, COALESCE((SELECT seq + event_count FROM history WHERE job_key = @job ORDER BY seq DESC LIMIT 1), 1), @count, @version, @events
        """;

    /// <summary>Deletes the logs of a job's first executions.</summary>
    public const string DeleteLogsOfJob = """
        DELETE FROM log_tails WHERE execution_key IN (SELECT key FROM executions WHERE job_key = @job ORDER BY key LIMIT @count)
        """;

    /// <summary>Deletes a job's first executions.</summary>
    public const string DeleteExecutions = """
        DELETE FROM executions WHERE key IN (SELECT key FROM executions WHERE job_key = @job ORDER BY key LIMIT @count)
        """;

    /// <summary>Deletes a job's first events.</summary>
    public const string DeleteHistory = """
        DELETE FROM history WHERE job_key = @job AND seq < (SELECT MIN(seq) FROM history WHERE job_key = @job) + @count
        """;

    /// <summary>Deletes a job's superseded versions.</summary>
    public const string DeleteVersions = "DELETE FROM job_versions WHERE job_key = @job";

    /// <summary>Deletes a job that has no executions and no history left.</summary>
    public const string DeleteJob = """
        DELETE FROM jobs WHERE key = @job AND NOT EXISTS (SELECT 1 FROM executions WHERE job_key = @job)
            AND NOT EXISTS (SELECT 1 FROM history WHERE job_key = @job)
        """;

    /// <summary>Deletes the end of an execution's log.</summary>
    public const string DeleteLog = "DELETE FROM log_tails WHERE execution_key = @execution";

    /// <summary>How many jobs are over: all but the active ones, each counted in an index.</summary>
    public const string CountFinishedJobs = "SELECT (SELECT COUNT(*) FROM jobs) - (SELECT COUNT(*) FROM jobs WHERE state < 4)";

    /// <summary>Jobs that are over and changed last before a time, oldest first.</summary>
    public const string FinishedJobs = "SELECT key, id FROM jobs WHERE state >= 4 AND modified_at < @before ORDER BY modified_at, key LIMIT @limit";

    /// <summary>Bytes of all ends of logs.</summary>
    public const string SumLogs = "SELECT CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM log_tails";

    /// <summary>Ends of logs, oldest first.</summary>
    public const string OldestLogs = "SELECT execution_key, length FROM log_tails ORDER BY execution_key LIMIT @limit";

    /// <summary>Adds or replaces a node.</summary>
    public const string PutNode = """
        INSERT INTO nodes (key, id, public_key, membership, facts_revision, last_seen_at, last_error, facts, holds_strangers,
            stops_strangers_below, drain_since, drain_deadline, exit_how, exit_why, exit_until)
        VALUES (@key, @id, @publickey, @membership, @factsrevision, @seen, @error, @facts, @holdsstrangers, @stopsbelow, @drainsince, @draindeadline,
            @exithow, @exitwhy, @exituntil)
        ON CONFLICT (id) DO UPDATE SET key = excluded.key, public_key = excluded.public_key, membership = excluded.membership, facts_revision = excluded.facts_revision,
            last_seen_at = excluded.last_seen_at, last_error = excluded.last_error, facts = excluded.facts,
            holds_strangers = excluded.holds_strangers, stops_strangers_below = excluded.stops_strangers_below,
            drain_since = excluded.drain_since, drain_deadline = excluded.drain_deadline,
            exit_how = excluded.exit_how, exit_why = excluded.exit_why, exit_until = excluded.exit_until
        """;

    /// <summary>Deletes a node. What is kept is who it was, so that its process can be told when it is heard of again.</summary>
    public const string DeleteNode = "UPDATE nodes SET membership = 3 WHERE id = @id";

    /// <summary>Forgets who deleted nodes were, but for the thousand that joined last.</summary>
    public const string ForgetDeletedNodes = """
        DELETE FROM nodes WHERE membership = 3 AND key NOT IN (SELECT key FROM nodes WHERE membership = 3 ORDER BY key DESC LIMIT 1000)
        """;

    /// <summary>Who a node is or was.</summary>
    public const string NodeKey = "SELECT public_key, membership FROM nodes WHERE id = @id";

    /// <summary>Jobs that are not over, by age.</summary>
    public const string ActiveJobs = $"SELECT {JobColumns}, memory FROM jobs WHERE state < 4 ORDER BY key";

    /// <summary>One job by key, with what planning remembers.</summary>
    public const string JobByKey = $"SELECT {JobColumns}, memory FROM jobs WHERE key = @key";

    /// <summary>Partitions of a version that have a result.</summary>
    public const string CompletedPartitions = "SELECT partition_index FROM executions WHERE job_key = @job AND job_version = @version AND state = 9 ORDER BY partition_index";

    /// <summary>Executions that hold something or have not ended, by age.</summary>
    public const string LiveExecutions = $"SELECT {ExecutionRead} FROM executions WHERE is_live = 1 ORDER BY key";

    /// <summary>All nodes.</summary>
    public const string AllNodes = """
        SELECT key, id, public_key, membership, facts_revision, last_seen_at, last_error, facts, holds_strangers, stops_strangers_below, drain_since,
            drain_deadline, exit_how, exit_why, exit_until FROM nodes WHERE membership <> 3 ORDER BY key
        """;

    /// <summary>One job by id.</summary>
    public const string JobById = $"SELECT {JobColumns} FROM jobs WHERE id = @id";

    /// <summary>Newest job of a name.</summary>
    public const string JobByName = $"SELECT {JobColumns} FROM jobs WHERE namespace = @namespace AND name = @name ORDER BY key DESC LIMIT 1";

    /// <summary>Newest job accepted with a token.</summary>
    public const string JobByToken = "SELECT id, submitted_at, body_digest, answer FROM jobs WHERE token = @token ORDER BY key DESC LIMIT 1";

    /// <summary>A superseded version of a job.</summary>
    public const string JobVersion = """
        SELECT version, spec_digest, state, revision, submitted_at, modified_at, message, spec FROM job_versions WHERE job_key = @job AND version = @version
        """;

    /// <summary>The superseded versions of a job, oldest first.</summary>
    public const string JobVersions = """
        SELECT version, spec_digest, state, revision, submitted_at, modified_at, message, spec FROM job_versions WHERE job_key = @job ORDER BY version
        """;

    /// <summary>Jobs whose id lies in a range, by id.</summary>
    public const string JobsInRange = "SELECT id FROM jobs WHERE id >= @from AND id < @to ORDER BY id LIMIT @limit";

    /// <summary>A job's labels.</summary>
    public const string Labels = "SELECT name, value FROM job_labels WHERE job_key = @job ORDER BY name";

    /// <summary>Events of a job from the row that holds a number on.</summary>
    public const string History = """
        SELECT seq, job_version, events FROM history
        WHERE job_key = @job AND seq >= COALESCE((SELECT MAX(seq) FROM history WHERE job_key = @job AND seq <= @from), 0)
            AND (@version = 0 OR job_version = @version)
        ORDER BY seq
        """;

    /// <summary>Where the results of a version lie, by partition.</summary>
    public const string PublishedResults = """
        SELECT id, published_result FROM executions WHERE job_key = @job AND job_version = @version AND state = 9 AND published_result IS NOT NULL
        ORDER BY partition_index, key
        """;

    /// <summary>The end of an execution's log.</summary>
    public const string LogTail = "SELECT log FROM log_tails WHERE execution_key = (SELECT key FROM executions WHERE id = @id)";

    /// <summary>One execution by id, with what it left behind and its job's id.</summary>
    public const string ExecutionById = $"SELECT {ExecutionRead}, {ExecutionEndRead} FROM executions WHERE id = @id";

    /// <summary>Columns that describe a job, in the order in which they are read.</summary>
    public const string JobColumns =
        "key, id, namespace, name, version, spec_digest, state, revision, created_at, submitted_at, modified_at, waiting_since, next_fresh, message, spec";

    /// <summary>Columns of an execution, in the order in which they are read; the second is its job's id.</summary>
    public const string ExecutionRead = """
        key, (SELECT id FROM jobs WHERE jobs.key = job_key), id, job_key, job_version, partition_index, node, cpu_millis, memory_bytes, disk_bytes, gpus,
        spec_digest, state, desired, phase, revision, ask, ask_revision, ask_order, report_revision, is_known_to_node, in_line, holds_partition, holds_room,
        grant_until, created_at, modified_at, message, desired_message, past_attempts, past_returns, past_not_before,
        CASE WHEN published_result IS NULL THEN 0 ELSE 1 END, (SELECT namespace FROM jobs WHERE jobs.key = job_key), is_surge, running_since, healthy_since,
        choice, input_bytes_here, input_bytes_moved
        """;

    /// <summary>Columns of what an execution left behind, in the order in which they are read.</summary>
    public const string ExecutionEndRead = "exit_code, is_stdout_cut, is_stderr_cut, stdout, stderr, error, published_result";

    private const string ExecutionColumns = """
        key, id, job_key, job_version, partition_index, node, cpu_millis, memory_bytes, disk_bytes, gpus, spec_digest, state, desired, phase, revision, ask,
        ask_revision, ask_order, report_revision, is_known_to_node, in_line, holds_partition, holds_room, is_live, grant_until, created_at, modified_at, message,
        desired_message, past_attempts, past_returns, past_not_before, is_surge, running_since, healthy_since, choice, input_bytes_here, input_bytes_moved
        """;

    private const string ExecutionValues = """
        @key, @id, @job, @version, @partition, @node, @cpu, @memory, @disk, @gpus, @digest, @state, @desired, @phase, @revision, @ask,
        @askrevision, @askorder, @reportrevision, @known, @inline, @holdspartition, @holdsroom, @live, @grant, @created, @modified, @message,
        @desiredmessage, @attempts, @returns, @notbefore, @surge, @runningsince, @healthysince, @choice, @inputshere, @inputsmoved
        """;

    private const string ExecutionChanges = """
        state = excluded.state, desired = excluded.desired, phase = excluded.phase, revision = excluded.revision, ask = excluded.ask,
        ask_revision = excluded.ask_revision, ask_order = excluded.ask_order, report_revision = excluded.report_revision,
        is_known_to_node = excluded.is_known_to_node, in_line = excluded.in_line, holds_partition = excluded.holds_partition,
        holds_room = excluded.holds_room, is_live = excluded.is_live, grant_until = excluded.grant_until, modified_at = excluded.modified_at,
        message = excluded.message, desired_message = excluded.desired_message, is_surge = excluded.is_surge, running_since = excluded.running_since,
        healthy_since = excluded.healthy_since, input_bytes_here = excluded.input_bytes_here, input_bytes_moved = excluded.input_bytes_moved
        """;
}
