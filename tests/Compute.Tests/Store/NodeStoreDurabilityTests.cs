using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Storage;

namespace Bacalhau.Compute.Tests.Store;

public sealed class NodeStoreDurabilityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("node-store-").FullName;

    [Fact]
    public async Task Nothing_is_acknowledged_before_it_is_on_disk()
    {
        using var disk = DiskRecorder.Start(folder);
        using var store = Open(folder);
        var acknowledged = await SaveAsync(store, disk);

        foreach (var moment in acknowledged.Select(pair => pair.Moment).Concat(disk.Syncs).Distinct().Order())
        {
            AssertSurvive(disk, moment, acknowledged, chance: null);
        }
    }

    [Fact]
    public async Task Writes_that_reached_the_disk_without_a_sync_do_no_harm()
    {
        using var disk = DiskRecorder.Start(folder);
        using var store = Open(folder);
        var acknowledged = await SaveAsync(store, disk);

        for (var seed = 0; seed < 60; seed++)
        {
            var chance = new Random(seed);
            AssertSurvive(disk, chance.Next(acknowledged[0].Moment, disk.Now + 1), acknowledged, chance);
        }
    }

    [Fact]
    public async Task Full_disk_in_the_middle_of_work_loses_nothing_that_was_saved()
    {
        using var disk = DiskRecorder.Start(folder);
        using (var store = Open(folder))
        {
            await store.ChangeAsync(draft => draft.Put(Held("e-1")));
            disk.IsFull = true;
            await Assert.ThrowsAsync<NodeStoreException>(() => store.ChangeAsync(draft => draft.Put(Held("e-2"))));
            Assert.Equal(["e-1"], store.Current.Held.Keys.Select(id => id.Value));
            disk.IsFull = false;
            await store.ChangeAsync(draft => draft.Put(Held("e-3")));
        }

        using var again = Open(folder);
        Assert.Equal(["e-1", "e-3"], again.Current.Held.Keys.Select(id => id.Value));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Saves executions large enough for several checkpoints, some of them many at once; each with the moment of its acknowledgement.</summary>
    private static async Task<List<(ExecutionId Id, int Moment)>> SaveAsync(NodeStore store, DiskRecorder disk)
    {
        var acknowledged = new List<(ExecutionId, int)>();
        for (var round = 0; round < 10; round++)
        {
            var saved = Enumerable.Range(0, 1 + (round % 5)).Select(async i =>
            {
                var held = Held($"e-{round}-{i}") with { StopReason = new string('x', 200_000) };
                await store.ChangeAsync(draft => draft.Put(held));
                return (held.Id, disk.Now);
            });
            acknowledged.AddRange(await Task.WhenAll(saved.ToList()));
        }

        return acknowledged;
    }

    private static void AssertSurvive(DiskRecorder disk, int moment, List<(ExecutionId Id, int Moment)> acknowledged, Random? chance)
    {
        var held = disk.AfterPowerCut(moment, chance, cut =>
        {
            using var store = Open(cut);
            return store.Current.Held;
        });
        Assert.Empty(acknowledged.Where(pair => pair.Moment <= moment && !held.ContainsKey(pair.Id)).Select(pair => pair.Id.Value));
    }

    private static HeldExecution Held(string id) => new() { ExecutionId = id, AskRevision = 1, Assignment = new Assignment { JobId = "j-1" } };

    private static NodeStore Open(string folder) => NodeStore.Open(Path.Combine(folder, "node.db"), new RandomIds());

    private sealed class RandomIds : IIdSource
    {
        public Guid Next() => Guid.NewGuid();
    }
}
