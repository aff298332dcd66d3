using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Bacalhau.TestKit.Storage;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.Tests.State;

public sealed class DurabilityTests
{
    [Fact]
    public async Task Nothing_is_acknowledged_before_it_is_on_disk()
    {
        await using var store = TestStore.Start(out var disk);
        using var recording = disk;
        var acknowledged = await SubmitAsync(store, disk);

        foreach (var moment in acknowledged.Select(pair => pair.Moment).Concat(disk.Syncs).Distinct().Order())
        {
            AssertSurvive(disk, moment, acknowledged, chance: null);
        }
    }

    [Fact]
    public async Task Writes_that_reached_the_disk_without_a_sync_do_no_harm()
    {
        await using var store = TestStore.Start(out var disk);
        using var recording = disk;
        var acknowledged = await SubmitAsync(store, disk);
        var first = acknowledged[0].Moment;

        for (var seed = 0; seed < 60; seed++)
        {
            var chance = new Random(seed);
            AssertSurvive(disk, chance.Next(first, disk.Now + 1), acknowledged, chance);
        }
    }

    [Fact]
    public async Task The_recording_notices_a_store_that_does_not_sync()
    {
        await using var store = TestStore.Start(out var disk);
        using var recording = disk;
        await store.SubmitAsync("synced");
        store.Writer.Store.Execute("PRAGMA synchronous = OFF");
        var job = await store.SubmitAsync("lost");
        Assert.DoesNotContain(job.Key, KeysAfterCut(disk, disk.Now, chance: null));
    }

    [Fact]
    public async Task A_full_disk_refuses_writes_with_words_keeps_reads_and_recovers()
    {
        await using var store = TestStore.Start(out var disk);
        using var recording = disk;
        using var queries = JobQueries.Open(store.Writer.Store);
        var node = await store.RunAsync(context => SampleJobs.Join(context, "n-1"));
        var before = await store.SubmitAsync("before");

        disk.IsFull = true;
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.SubmitAsync("refused"));
        Assert.Contains("is full", error.Message, StringComparison.Ordinal);
        await store.RunAsync(context => context.Draft.Put(context.Draft.Node(node.Id)! with { BootId = "alive" }, write: false));
        Assert.Equal("before", queries.Job(before.Id)!.Name);
        Assert.Equal(("alive", node.Session), (store.Writer.Current.Nodes[node.Id].BootId, store.Writer.Current.Nodes[node.Id].Session));

        disk.IsFull = false;
        var after = await store.SubmitAsync("after");
        Assert.Equal([before.Id, after.Id], store.Writer.Current.Jobs.Values.OrderBy(job => job.Key).Select(job => job.Id));
        await store.RestartAsync();
        Assert.Equal([before.Id, after.Id], store.Writer.Current.Jobs.Values.OrderBy(job => job.Key).Select(job => job.Id));
    }

    [Fact]
    public async Task A_start_on_a_full_disk_says_so()
    {
        await using var store = TestStore.Start(out var disk);
        using var recording = disk;
        await store.StopAsync();
        disk.IsFull = true;
        Assert.Contains("is full", Assert.Throws<StoreUnavailableException>(store.Open).Message, StringComparison.Ordinal);
        disk.IsFull = false;
        store.Open();
    }

    /// <summary>Submits jobs large enough for several checkpoints, some of them many at once; each with the moment of its acknowledgement.</summary>
    private static async Task<List<(LiveJob Job, int Moment)>> SubmitAsync(TestStore store, DiskRecorder disk)
    {
        var acknowledged = new List<(LiveJob, int)>();
        var spec = SampleJobs.SpecOf(new string('x', 200_000));
        for (var round = 0; round < 10; round++)
        {
            var jobs = Enumerable.Range(0, 1 + (round % 5)).Select(async i =>
            {
                var job = await store.SubmitAsync($"{round}-{i}", null, new JobSubmission { Job = default, Spec = spec });
                return (job, disk.Now);
            });
            acknowledged.AddRange(await Task.WhenAll(jobs.ToList()));
        }

        return acknowledged;
    }

    private static void AssertSurvive(DiskRecorder disk, int moment, List<(LiveJob Job, int Moment)> acknowledged, Random? chance)
    {
        var keys = KeysAfterCut(disk, moment, chance);
        Assert.Empty(acknowledged.Where(pair => pair.Moment <= moment && !keys.Contains(pair.Job.Key)).Select(pair => pair.Job.Name));
    }

    /// <summary>Keys of the jobs that an undamaged database has after a power cut; none if there is no schema yet.</summary>
    private static HashSet<long> KeysAfterCut(DiskRecorder disk, int moment, Random? chance) => disk.AfterPowerCut(moment, chance, folder =>
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "orchestrator.db")};Pooling=False");
        connection.Open();
        Assert.Equal(["ok"], Read(connection, "PRAGMA integrity_check", row => row.GetString(0)));
        return Read(connection, "SELECT 1 FROM sqlite_master WHERE name = 'jobs'", row => row.GetInt64(0)).Count == 0
            ? []
            : Read(connection, "SELECT key FROM jobs", row => row.GetInt64(0));
    });

    private static HashSet<T> Read<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var found = new HashSet<T>();
        while (rows.Read())
        {
            found.Add(read(rows));
        }

        return found;
    }
}
