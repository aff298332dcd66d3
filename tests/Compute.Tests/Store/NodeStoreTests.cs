using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Compute.Tests.Store;

public sealed class NodeStoreTests : IDisposable
{
    private static readonly ExecutionId _first = new("e-1");
    private readonly string folder = Directory.CreateTempSubdirectory("node-store-").FullName;

    [Fact]
    public async Task What_was_saved_is_there_after_a_restart()
    {
        using (var store = Open())
        {
            await store.ChangeAsync(draft => draft.Put(Held("e-2")));
            await store.ChangeAsync(draft => draft.Put(Held("e-1") with { AskRevision = 3, Phase = HeldPhase.Running, StartedAt = 7 }));
            await store.ChangeAsync(draft => draft.Remember(draft.State.Memory with { Cluster = "c", HighestTerm = 4 }));
        }

        using var again = Open();
        var held = again.Current.Find(_first)!;
        Assert.Equal((3, HeldPhase.Running, 7, 2), (held.AskRevision, held.Phase, held.StartedAt, held.Key));
        Assert.Equal(("c", 4), (again.Current.Memory.Cluster, again.Current.Memory.HighestTerm));
    }

    [Fact]
    public async Task Report_of_an_end_is_kept_whole()
    {
        var report = new ExecutionReport { ExecutionId = "e-1", ReportRevision = 3, Kind = ReportKind.Failed, LogTail = [1, 2], Problem = new("Fake:Crash", "it crashed") };
        using (var store = Open())
        {
            await store.ChangeAsync(draft => draft.Put(Held("e-1") with { Phase = HeldPhase.Ended, End = report }));
        }

        using var again = Open();
        var kept = again.Current.Find(_first)!.End!;
        Assert.Equal((report.Kind, report.ReportRevision, report.Problem.Message), (kept.Kind, kept.ReportRevision, kept.Problem!.Message));
        Assert.Equal(report.LogTail, kept.LogTail);
    }

    [Fact]
    public async Task Forgotten_execution_is_gone()
    {
        using (var store = Open())
        {
            await store.ChangeAsync(draft => draft.Put(Held("e-1")));
            await store.ChangeAsync(draft => draft.Remove(_first));
        }

        using var again = Open();
        Assert.Empty(again.Current.Held);
    }

    [Fact]
    public async Task Execution_accepted_later_has_the_larger_key_also_after_a_restart()
    {
        using (var store = Open())
        {
            await store.ChangeAsync(draft => draft.Put(Held("e-9")));
        }

        using var again = Open();
        await again.ChangeAsync(draft => draft.Put(Held("e-1")));
        Assert.True(again.Current.Find(_first)!.Key > again.Current.Find(new("e-9"))!.Key);
    }

    [Fact]
    public async Task Change_that_throws_changes_nothing_and_harms_no_other()
    {
        using var store = Open();
        var bad = store.ChangeAsync(draft =>
        {
            draft.Put(Held("e-1"));
            throw new InvalidOperationException("no");
        });
        var good = store.ChangeAsync(draft => draft.Put(Held("e-2")));

        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        await good;
        Assert.Equal(["e-2"], store.Current.Held.Keys.Select(id => id.Value));
    }

    [Fact]
    public async Task Execution_costs_four_row_writes()
    {
        using var store = Open();
        var before = store.RowWrites;

        await store.ChangeAsync(draft => draft.Put(Held("e-1")));
        await store.ChangeAsync(draft => draft.Put(draft.Find(_first)! with { Phase = HeldPhase.Running }));
        await store.ChangeAsync(draft => draft.Put(draft.Find(_first)! with { Phase = HeldPhase.Ended }));
        await store.ChangeAsync(draft => draft.Remove(_first));

        Assert.Equal(4, store.RowWrites - before);
    }

    [Fact]
    public async Task Full_disk_refuses_the_change_with_words_and_room_makes_it_possible_again()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        using var store = NodeStore.OpenInline(connection, new RandomIds());
        await store.ChangeAsync(draft => draft.Put(Held("e-1")));
        Limit(connection, 4);
        var big = Held("e-2") with { StopReason = new string('x', 100_000) };

        var refusal = await Assert.ThrowsAsync<NodeStoreException>(() => store.ChangeAsync(draft => draft.Put(big)));

        Assert.Contains("full", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["e-1"], store.Current.Held.Keys.Select(id => id.Value));
        Limit(connection, 100_000);
        await store.ChangeAsync(draft => draft.Put(big));
        Assert.Equal("", store.Trouble);
    }

    [Fact]
    public void Store_of_a_newer_release_is_refused_with_words()
    {
        Open().Dispose();
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "node.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Assert.Contains("newer release", Assert.Throws<NodeStoreException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Owner_id_is_made_once()
    {
        string owner;
        using (var store = Open())
        {
            owner = store.Current.Memory.OwnerId;
        }

        using var again = Open();
        Assert.NotEmpty(owner);
        Assert.Equal(owner, again.Current.Memory.OwnerId);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static HeldExecution Held(string id) => new() { ExecutionId = id, AskRevision = 1, Assignment = new Assignment { JobId = "j-1" } };

    private static void Limit(SqliteConnection connection, int pages)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA max_page_count = {pages}";
        command.ExecuteScalar();
    }

    private NodeStore Open() => NodeStore.Open(Path.Combine(folder, "node.db"), new RandomIds());

    private sealed class RandomIds : IIdSource
    {
        public Guid Next() => Guid.NewGuid();
    }
}
