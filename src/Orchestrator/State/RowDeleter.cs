using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>Deletes finished jobs piece by piece, so that no transaction is long however large a job was.</summary>
internal sealed class RowDeleter(SqliteConnection connection) : IDisposable
{
    /// <summary>Most executions, and most events, of a job that one transaction deletes.</summary>
    private const int PieceSize = 256;

    private readonly SqliteStatement keepExecutionKey = new(connection, Statements.KeepExecutionKey);
    private readonly SqliteStatement deleteLogs = new(connection, Statements.DeleteLogsOfJob);
    private readonly SqliteStatement deleteExecutions = new(connection, Statements.DeleteExecutions);
    private readonly SqliteStatement deleteHistory = new(connection, Statements.DeleteHistory);
    private readonly SqliteStatement deleteVersions = new(connection, Statements.DeleteVersions);
    private readonly SqliteStatement deleteLabels = new(connection, Statements.DeleteLabels);
    private readonly SqliteStatement deleteInputLists = new(connection, Statements.DeleteInputLists);
    private readonly SqliteStatement deleteJob = new(connection, Statements.DeleteJob);
    private readonly SqliteStatement deleteLog = new(connection, Statements.DeleteLog);

    /// <summary>Deletes what a batch forgets.</summary>
    public void Delete(WriteBatch batch)
    {
        if (batch.ForgottenJobs.Count > 0)
        {
            keepExecutionKey.Run();
        }

        foreach (var job in batch.ForgottenJobs)
        {
            deleteLogs.Run(job, PieceSize);
            deleteExecutions.Run(job, PieceSize);
            deleteHistory.Run(job, PieceSize);
            if (deleteJob.Run(job) > 0)
            {
                deleteVersions.Run(job);
                deleteLabels.Run(job);
                deleteInputLists.Run(job);
            }
        }

        foreach (var execution in batch.ForgottenLogs)
        {
            deleteLog.Run(execution);
        }

        foreach (var job in batch.ForgottenLists)
        {
            deleteInputLists.Run(job);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<SqliteStatement>)
            [keepExecutionKey, deleteLogs, deleteExecutions, deleteHistory, deleteVersions, deleteLabels, deleteInputLists, deleteJob, deleteLog])
        {
            statement.Dispose();
        }
    }
}
