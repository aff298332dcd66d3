using System.Net;
using System.Text.Json;
using Bacalhau.Core;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>The list of a job's executions, page by page.</summary>
public sealed class ExecutionListTests : IAsyncLifetime
{
    private const int Most = 10_000;
    private ApiCluster cluster = null!;
    private JobId job;

    public async ValueTask InitializeAsync()
    {
        cluster = await ApiCluster.StartAsync();
        job = await new Scenes(cluster).SubmitAsync("many", "default", "{}");
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Theory]
    [InlineData("", "0 1 2 3 4")]
    [InlineData("&reverse=true", "4 3 2 1 0")]
    [InlineData("&order_by=modified_at", "4 3 2 1 0")]
    [InlineData("&order_by=modified_at&reverse=true", "0 1 2 3 4")]
    [InlineData("&order_by=a:b", "0 1 2 3 4")]
    [InlineData("&all_job_versions=true", "0 1 2 3 4")]
    public async Task Pages_follow_each_other_without_gap_or_repetition(string query, string expected)
    {
        AddExecutions(5);
        var pages = await PagesAsync($"/executions?limit=2{query}");
        Assert.Equal([2, 2, 1], pages.Select(page => page.GetProperty("Items").GetArrayLength()));
        Assert.Equal(expected, string.Join(' ', pages.SelectMany(PartitionsOf)));
    }

    [Fact]
    public async Task A_page_that_holds_all_has_no_token()
    {
        AddExecutions(5);
        Assert.Single(await PagesAsync("/executions"));
        Assert.Single(await PagesAsync("/executions?limit=5"));
        Assert.Single(await PagesAsync("/executions?limit=4294967295"));
    }

    [Fact]
    public async Task More_than_one_answer_holds_come_on_further_pages()
    {
        AddExecutions(Most + 3);
        var pages = await PagesAsync("/executions");
        Assert.Equal([Most, 3], pages.Select(page => page.GetProperty("Items").GetArrayLength()));
        Assert.Equal(Enumerable.Range(0, Most + 3), pages.SelectMany(PartitionsOf));
    }

    [Fact]
    public async Task Executions_that_came_with_their_job_go_on_in_the_list()
    {
        AddExecutions(Most + 3);
        var included = JsonElement.Parse(await cluster.Client.GetStringAsync($"{Path}?include=executions")).GetProperty("Executions");
        Assert.Equal(Most, included.GetProperty("Items").GetArrayLength());
        var rest = Assert.Single(await PagesAsync($"/executions?job_version=1&next_token={included.GetProperty("NextToken")}"));
        Assert.Equal([Most, Most + 1, Most + 2], PartitionsOf(rest));
    }

    [Fact]
    public async Task A_token_that_cannot_be_read_is_refused()
    {
        using var answer = await cluster.Client.GetAsync($"{Path}/executions?next_token=abc");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private string Path => $"/api/v1/orchestrator/jobs/{job}";

    /// <summary>Rows of finished executions; the last partition was the first to change last.</summary>
    private void AddExecutions(int count)
    {
        var now = TimeProvider.System.GetUtcNow().UtcTicks;
        cluster.Writer.Store.Execute($"""
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count - 1})
            INSERT INTO executions (key, id, job_key, job_version, partition_index, node, cpu_millis, memory_bytes, disk_bytes, gpus, spec_digest, state, desired,
                phase, revision, ask, ask_revision, ask_order, report_revision, is_known_to_node, in_line, holds_partition, holds_room, is_live,
                past_attempts, past_returns, past_not_before, created_at, modified_at, message, desired_message)
            SELECT i + 1, 'e-' || printf('%08x', i) || '-0000-4000-8000-000000000000', {cluster.Queries.Job(job)!.Key}, 1, i, 'n-1', 1, 1, 1, 0, 'd', 9, 2,
                0, 3, 2, 2, i, 2, 1, 0, 0, 0, 0, 0, 0, 0, {now} + i, {now} + {count} - i, X'', X''
            FROM n
            """);
    }

    private async Task<IReadOnlyList<JsonElement>> PagesAsync(string path)
    {
        var pages = new List<JsonElement>();
        for (var next = ""; pages.Count == 0 || next.Length > 0; next = pages[^1].GetProperty("NextToken").GetString()!)
        {
            var asked = next.Length > 0 ? $"{path}{(path.Contains('?', StringComparison.Ordinal) ? "&" : "?")}next_token={next}" : path;
            pages.Add(JsonElement.Parse(await cluster.Client.GetStringAsync(Path + asked)));
            Assert.True(pages.Count < 10, "the pages have no end");
        }

        return pages;
    }

    private static IEnumerable<int> PartitionsOf(JsonElement page) =>
        page.GetProperty("Items").EnumerateArray().Select(item => item.TryGetProperty("PartitionIndex", out var index) ? index.GetInt32() : 0);
}
