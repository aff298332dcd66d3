using System.Text;
using System.Text.Json;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>Turns what a transaction has changed into rows.</summary>
internal sealed class RowWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement addJob = new(connection, Statements.AddJob);
    private readonly SqliteStatement setJob = new(connection, Statements.SetJob);
    private readonly SqliteStatement keepVersion = new(connection, Statements.KeepVersion);
    private readonly SqliteStatement setVersion = new(connection, Statements.SetVersion);
    private readonly SqliteStatement addLabel = new(connection, Statements.AddLabel);
    private readonly SqliteStatement deleteLabels = new(connection, Statements.DeleteLabels);
    private readonly SqliteStatement putExecution = new(connection, Statements.PutExecution);
    private readonly SqliteStatement endExecution = new(connection, Statements.EndExecution);
    private readonly SqliteStatement addLogTail = new(connection, Statements.AddLogTail);
    private readonly SqliteStatement addInputList = new(connection, Statements.AddInputList);
    private readonly SqliteStatement addHistory = new(connection, Statements.AddHistory);
    private readonly SqliteStatement putNode = new(connection, Statements.PutNode);
    private readonly SqliteStatement deleteNode = new(connection, Statements.DeleteNode);
    private readonly SqliteStatement forgetDeletedNodes = new(connection, Statements.ForgetDeletedNodes);
    private readonly SqliteStatement raiseTerm = new(connection, Statements.RaiseTerm);
    private readonly RowDeleter deletions = new(connection);

    /// <summary>Rows written so far; label rows are not counted, as the write budget does not.</summary>
    public long RowsWritten { get; private set; }

    /// <summary>Writes everything; a transaction is open.</summary>
    /// <param name="batch">What was changed.</param>
    /// <param name="keyOf">Key of the row of an execution's job; null if that was deleted.</param>
    public void Write(WriteBatch batch, Func<LiveExecution, long?> keyOf)
    {
        foreach (var job in batch.Jobs.Values)
        {
            Write(job, batch.Submissions.GetValueOrDefault(job.Id));
        }

        foreach (var execution in batch.Executions.Values)
        {
            if (keyOf(execution) is { } job)
            {
                Write(execution, job, batch.Ends.GetValueOrDefault(execution.Id));
            }
        }

        foreach (var (job, key, list) in batch.Lists)
        {
            RowsWritten += addInputList.Run(job, key.Version, key.Name, list.Digest, list.Bytes.Length, list.Bytes);
        }

        foreach (var entry in batch.History)
        {
            var events = entry.Events.Select(EventRow.Of).ToArray();
            var json = JsonSerializer.SerializeToUtf8Bytes([.. events], StateJson.Default.ImmutableArrayEventRow);
            RowsWritten += addHistory.Run(entry.Job.Key, entry.Events.Count, entry.Version, json);
        }

        foreach (var (id, node) in batch.Nodes)
        {
            RowsWritten += node is null ? deleteNode.Run(id.Value) + forgetDeletedNodes.Run() : Write(node);
        }

        if (batch.Term > 0)
        {
            RowsWritten += raiseTerm.Run(batch.Term);
        }

        deletions.Delete(batch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        deletions.Dispose();
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)
            [addJob, setJob, keepVersion, setVersion, addLabel, deleteLabels, putExecution, endExecution, addLogTail, addInputList, addHistory, putNode, deleteNode, forgetDeletedNodes, raiseTerm])
        {
            statement.Dispose();
        }
    }

    private void Write(LiveJob job, JobSubmission? submission)
    {
        var memory = JobMemory.Of(job) is { } remembered ? JsonSerializer.SerializeToUtf8Bytes(remembered, StateJson.Default.JobMemory) : null;
        var message = Encoding.UTF8.GetBytes(job.Message);
        if (submission is { } first && job.Version == 1)
        {
            RowsWritten += addJob.Run(
                job.Key, job.Id.Value, job.Namespace, job.Name, job.Version, job.SpecDigest, (int)job.State, job.Revision, job.CreatedAt.UtcTicks,
                job.SubmittedAt.UtcTicks, job.ModifiedAt.UtcTicks, job.WaitingSince?.UtcTicks, job.NextFresh, message, memory, NullIfEmpty(first.Token),
                NullIfEmpty(first.BodyDigest), first.Token.Length == 0 ? null : first.Answer, first.Spec);
            AddLabels(job.Key, first);
            return;
        }

        if (submission is not null)
        {
            WriteVersion(job, submission);
        }

        var changed = setJob.Run(
            (int)job.State, job.Revision, job.ModifiedAt.UtcTicks, job.WaitingSince?.UtcTicks, job.NextFresh, message, memory, job.Key);
        if (changed != 1)
        {
            throw new InvalidOperationException($"Job {job.Id} was put, but was never submitted.");
        }

        RowsWritten++;
    }

    private void WriteVersion(LiveJob job, JobSubmission submission)
    {
        RowsWritten += keepVersion.Run(job.Key);
        RowsWritten += setVersion.Run(
            job.Version, job.SpecDigest, job.SubmittedAt.UtcTicks, NullIfEmpty(submission.Token), NullIfEmpty(submission.BodyDigest),
            submission.Token.Length == 0 ? null : submission.Answer, submission.Spec, job.Key);
        deleteLabels.Run(job.Key);
        AddLabels(job.Key, submission);
    }

    private void AddLabels(long job, JobSubmission submission)
    {
        foreach (var (name, value) in submission.Labels)
        {
            addLabel.Run(job, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        }
    }

    private void Write(LiveExecution execution, long job, ExecutionEnd? end)
    {
        object?[] row =
        [
            execution.Key, execution.Id.Value, job, execution.JobVersion, execution.Partition, execution.Node.Value, execution.Amount.CpuMillis,
            execution.Amount.MemoryBytes, execution.Amount.DiskBytes, execution.Amount.Gpus, execution.SpecDigest, (int)execution.State,
            (int)execution.Desired, (int)execution.Phase, execution.Revision, (int)execution.Ask, execution.AskRevision, execution.AskOrder,
            execution.ReportRevision, Flag(execution.IsKnownToNode), Flag(execution.InLine), Flag(execution.HoldsPartition), Flag(execution.HoldsRoom),
            Flag(IsLive(execution)), execution.GrantUntil?.UtcTicks, execution.CreatedAt.UtcTicks, execution.ModifiedAt.UtcTicks,
            Encoding.UTF8.GetBytes(execution.Message), Encoding.UTF8.GetBytes(execution.DesiredMessage), execution.Past.Attempts, execution.Past.Returns,
            execution.Past.NotBefore.UtcTicks, Flag(execution.IsSurge), execution.RunningSince?.UtcTicks, execution.HealthySince?.UtcTicks,
            execution.Choice.Length == 0 ? null : Encoding.UTF8.GetBytes(execution.Choice), execution.Inputs?.Here, execution.Inputs?.Moved,
        ];
        if (end is null)
        {
            RowsWritten += putExecution.Run(row);
            return;
        }

        var result = end.PublishedResult is { } published ? JsonSerializer.SerializeToUtf8Bytes(published, StateJson.Default.PublishedResult) : null;
        RowsWritten += endExecution.Run([.. row, .. Columns(end.Output), result]);
        if (end.LogTail.Length > 0)
        {
            RowsWritten += addLogTail.Run(execution.Key, end.LogTail.Length, end.LogTail);
        }
    }

    private int Write(ClusterNode node) => putNode.Run(
        node.Key, node.Id.Value, node.PublicKey, (int)node.Membership, node.FactsRevision, node.LastSeenAt.UtcTicks,
        Encoding.UTF8.GetBytes(node.LastError), JsonSerializer.SerializeToUtf8Bytes(node.Facts, StateJson.Default.NodeFacts), Flag(node.HoldsStrangers),
        node.StopsStrangersBelow, node.Drain?.Since.UtcTicks, node.Drain?.Deadline?.UtcTicks,
        node.Exit is { } exit ? (int)exit.How : null, node.Exit is { } leaving ? Encoding.UTF8.GetBytes(leaving.Why) : null, node.Exit?.Until.UtcTicks);

    /// <summary>Whether an execution is loaded at the next start. An ended one that its node has yet to forget is not: its node lists it, and is told then.</summary>
    private static bool IsLive(LiveExecution execution) => !execution.IsEnded || execution.HoldsPartition || execution.HoldsRoom;

    private static object?[] Columns(RunOutput? output) => output is null
        ? [null, null, null, null, null, null]
        : [output.ExitCode, Flag(output.StdoutTruncated), Flag(output.StderrTruncated), output.Stdout, output.Stderr, Encoding.UTF8.GetBytes(output.ErrorMessage)];

    private static int Flag(bool value) => value ? 1 : 0;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
