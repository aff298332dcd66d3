using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Tests.State;

/// <summary>A hundred thousand finished jobs change neither what is loaded nor how anything is found.</summary>
public sealed class FinishedJobsTests(FinishedJobs finished) : IClassFixture<FinishedJobs>
{
    private readonly TestStore store = finished.Store;

    [Fact]
    public async Task Only_what_is_live_is_loaded()
    {
        await store.RestartAsync();
        Assert.Equal("live", Assert.Single(store.Writer.Current.Jobs.Values).Name);
        Assert.Empty(store.Writer.Current.Executions);
        Assert.Single(store.Writer.Current.Dirty);
        Assert.Single(store.Writer.Current.Queue);
    }

    [Theory]
    [InlineData(Statements.ActiveJobs)]
    [InlineData(Statements.JobByKey)]
    [InlineData(Statements.LiveExecutions)]
    [InlineData(Statements.CompletedPartitions)]
    [InlineData(Statements.LastJobKey)]
    [InlineData(Statements.LastExecutionKey)]
    [InlineData(Statements.KeepExecutionKey)]
    [InlineData(Statements.JobById)]
    [InlineData(Statements.JobByName)]
    [InlineData(Statements.JobByToken)]
    [InlineData(Statements.JobVersion)]
    [InlineData(Statements.JobVersions)]
    [InlineData(Statements.JobsInRange)]
    [InlineData(Statements.ExecutionById)]
    [InlineData(Statements.History)]
    [InlineData(Statements.PublishedResults)]
    [InlineData(Statements.LogTail)]
    [InlineData(Statements.Labels)]
    [InlineData(Statements.AddHistory)]
    [InlineData(Statements.SetJob)]
    [InlineData(Statements.FinishedJobs)]
    [InlineData(Statements.DeleteExecutions)]
    [InlineData(Statements.DeleteHistory)]
    [InlineData(Statements.DeleteJob)]
    public void A_statement_reads_by_index(string sql) => AssertByIndex(sql);

    [Theory]
    [InlineData(false, null, null)]
    [InlineData(true, null, null)]
    [InlineData(false, "default", null)]
    [InlineData(false, null, "=")]
    [InlineData(false, "default", "=")]
    public void A_page_of_jobs_is_read_by_index(bool byChange, string? space, string? operation)
    {
        var query = new JobListQuery
        {
            ByChange = byChange,
            Namespace = space,
            Labels = operation is null ? [] : [new LabelRequirement { Key = "env", Operator = operation, Values = ["prod"] }],
            NewestFirst = true,
            Limit = 10,
        };
        AssertByIndex(ListStatement.Jobs(query).Sql);
        AssertByIndex(ListStatement.Jobs(query with { After = new PagePlace(1, 2) }).Sql);
    }

    [Fact]
    public void A_page_of_executions_is_read_by_index()
    {
        var query = new ExecutionListQuery { Job = 1, Version = 1, Limit = 10 };
        AssertByIndex(ListStatement.Executions(query).Sql);
        AssertByIndex(ListStatement.Executions(query with { NewestFirst = true, After = new PagePlace(1, 2) }).Sql);
    }

    [Fact]
    public void Pages_go_through_all_of_them()
    {
        using var queries = JobQueries.Open(store.Writer.Store);
        var query = new JobListQuery { Limit = 7_000, NewestFirst = true };
        var keys = new List<long>();
        do
        {
            var page = queries.Jobs(query);
            keys.AddRange(page.Items.Select(job => job.Key));
            query = query with { After = page.Next };
        }
        while (query.After is not null);
        Assert.Equal(Enumerable.Range(1, FinishedJobs.Count + 1).Reverse().Select(key => (long)key), keys);
    }

    /// <summary>No table is read from end to end but in the order in which its rows are given out, and nothing is sorted.</summary>
    private void AssertByIndex(string sql)
    {
        using var command = store.Writer.Store.Connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {sql}";
        foreach (var name in SqliteStatement.ParametersOf(sql))
        {
            command.Parameters.AddWithValue(name, 1L);
        }

        using var rows = command.ExecuteReader();
        var isLimitedByReader = sql.Contains(" jobs ORDER BY", StringComparison.Ordinal);
        while (rows.Read())
        {
            var step = rows.GetString(3);
            var isScan = step.StartsWith("SCAN", StringComparison.Ordinal) && step is not "SCAN CONSTANT ROW" && !step.Contains("jobs_active", StringComparison.Ordinal)
                && !step.Contains("executions_live", StringComparison.Ordinal) && !isLimitedByReader;
            Assert.False(isScan || step.Contains("TEMP B-TREE", StringComparison.Ordinal), $"{step}: {sql}");
        }
    }
}
