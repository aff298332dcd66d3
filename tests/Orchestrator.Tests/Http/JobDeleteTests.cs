using System.Net;
using System.Text.Json.Nodes;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Orchestrator.Tests.Http;

public sealed class JobDeleteTests
{
    [Fact]
    public async Task Ended_job_is_gone_with_everything_of_it_when_it_is_answered()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        var scenes = new Scenes(cluster);
        var job = await scenes.SubmitAsync("one", "default", """{"a":"1"}""");
        await scenes.EndAsync(job, ObservedOutcome.Completed);
        var other = await scenes.SubmitAsync("other", "default", "{}");

        Assert.Equal(HttpStatusCode.OK, (await DeleteAsync(cluster, "one")).Status);

        foreach (var table in (string[])["job_versions", "job_labels", "executions", "history", "log_tails"])
        {
            Assert.Equal((table, 0L), (table, Count(cluster, $"SELECT COUNT(*) FROM {table} WHERE {(table == "log_tails" ? "1 = 1" : $"job_key <> {cluster.Queries.Job(other)!.Key}")}")));
        }

        Assert.Equal(1L, Count(cluster, "SELECT COUNT(*) FROM jobs"));
        Assert.Equal(HttpStatusCode.NotFound, (await DeleteAsync(cluster, job.Value)).Status);
    }

    [Fact]
    public async Task Large_job_is_deleted_in_pieces()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        var job = await new Scenes(cluster).SubmitAsync("large", "default", "{}");
        await cluster.RunAsync(context =>
        {
            var live = context.Draft.Job(job)!;
            for (var number = 0; number < 600; number++)
            {
                context.Draft.Put(new LiveExecution
                {
                    Namespace = "default",
                    Id = context.Ids.NextExecutionId(),
                    Key = context.NextExecutionKey(),
                    Job = job,
                    JobVersion = 1,
                    Partition = 0,
                    Node = new NodeId("n-1"),
                    Amount = default,
                    SpecDigest = "",
                    State = Core.Executions.ExecutionState.Failed,
                    HoldsPartition = false,
                    HoldsRoom = false,
                    CreatedAt = context.Now,
                });
            }

            context.Draft.Put(live with { State = Core.Jobs.JobState.Failed, Holders = live.Holders.Clear() });
            context.Draft.Remove(job);
            return true;
        });

        Assert.Equal(HttpStatusCode.OK, (await DeleteAsync(cluster, job.Value)).Status);
        Assert.Equal(0L, Count(cluster, "SELECT (SELECT COUNT(*) FROM jobs) + (SELECT COUNT(*) FROM executions) + (SELECT COUNT(*) FROM history)"));
    }

    [Fact]
    public async Task Job_that_runs_is_not_deleted()
    {
        await using var cluster = await ApiCluster.StartAsync();
        var job = await new Scenes(cluster).SubmitAsync("one", "default", "{}");
        var (status, problem) = await DeleteAsync(cluster, job.Value);

        Assert.Equal((HttpStatusCode.Conflict, "ConflictJobState"), (status, (string?)problem["Code"]));
        Assert.Contains("job stop", (string?)problem["Hint"], StringComparison.Ordinal);
        Assert.NotNull(cluster.Queries.Job(job));
    }

    [Fact]
    public async Task Stopped_job_is_not_deleted_before_its_nodes_have_ended_it()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        var scenes = new Scenes(cluster);
        var job = await scenes.SubmitAsync("one", "default", "{}");
        var execution = await scenes.PlaceAsync(job);
        await cluster.Jobs.StopAsync(job, "", CancellationToken.None);
        var (status, problem) = await DeleteAsync(cluster, job.Value);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("1 of its executions", (string?)problem["Message"], StringComparison.Ordinal);
        await cluster.ReportAsync(execution.Id, ObservedOutcome.Stopped);
        Assert.Equal(HttpStatusCode.OK, (await DeleteAsync(cluster, job.Value)).Status);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> DeleteAsync(ApiCluster cluster, string job)
    {
        using var answer = await cluster.Client.PutAsync($"/api/v1/orchestrator/jobs/{job}/delete", null);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private static long Count(ApiCluster cluster, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={cluster.Writer.Store.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
