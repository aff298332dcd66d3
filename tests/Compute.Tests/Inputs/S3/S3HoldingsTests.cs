using System.Globalization;
using System.Text;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>What a node tells of objects that are in its cache; the server is not asked for it.</summary>
public sealed class S3HoldingsTests : S3Rig
{
    [Fact]
    public async Task Objects_beneath_a_prefix_are_summed_up_without_a_question_to_the_server()
    {
        await FetchAsync("p/a", "p/b", "p/c.txt", "pq/d");
        var asked = Server.Downloads.Count;

        Assert.Equal(6, (await AskAsync("p/"))!.Bytes);
        Assert.Equal(8, (await AskAsync("p*"))!.Bytes);
        Assert.Equal(2, (await AskAsync("p/", filter: "txt$"))!.Bytes);
        Assert.Equal((2, 2), (await AskAsync("p/a") is { } one ? (one.Bytes, one.TotalBytes) : default));
        Assert.Null(await AskAsync("p/b/"));
        Assert.Null(await AskAsync("p"));
        Assert.Null(await AskAsync("p/", bucket: "other"));
        Assert.Equal(asked, Server.Downloads.Count);
    }

    [Fact]
    public async Task Each_partition_has_the_bytes_that_the_input_gives_it()
    {
        var keys = Enumerable.Range(0, 20).Select(number => string.Create(CultureInfo.InvariantCulture, $"p/{number}")).ToArray();
        await FetchAsync(keys);

        var answer = await AskAsync("p/", partitions: 4);

        Assert.Equal(40, answer!.Bytes);
        Assert.Equal(
            keys.GroupBy(key => PartitionOf(key, 4)).OrderBy(part => part.Key).Select(part => new DataPart(part.Key, 2L * part.Count())),
            answer.Parts);
    }

    [Fact]
    public async Task Object_that_has_changed_counts_once()
    {
        await FetchAsync("p/a");
        Server.Objects["p/a"] = "longer than before"u8.ToArray();
        await PrepareAsync("p/");

        Assert.Equal(18, (await AskAsync("p/"))!.Bytes);
    }

    private async Task FetchAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            Server.Objects[key] = Encoding.UTF8.GetBytes(key[..2]);
            Assert.Equal(new InputBytes(0, 2), (await PrepareAsync(key)).Bytes);
        }
    }

    private async Task<DataAnswer?> AskAsync(string key, string filter = "", string bucket = "b", int partitions = 1)
    {
        var input = Input(key, filter: filter, bucket: bucket).Source!;
        using var source = Source();
        return await source.FindHeldAsync(
            new DataQuestion { Source = partitions == 1 ? input : input with { Params = input.Params.SetItem("Partition", Spec.Of("", ("Partition", new System.Text.Json.Nodes.JsonObject { ["Type"] = "object" })).Params["Partition"]) }, Partitions = partitions },
            default);
    }

    /// <summary>FNV-1a, 32 bits, of the whole key.</summary>
    private static int PartitionOf(string key, int count) => (int)(Encoding.UTF8.GetBytes(key).Aggregate(2166136261u, (hash, one) => unchecked((hash ^ one) * 16777619u)) % (uint)count);
}
