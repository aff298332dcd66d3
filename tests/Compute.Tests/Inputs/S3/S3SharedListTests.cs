using System.Text;
using System.Text.Json;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.S3;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>Executions of a version of a job over a bucket that changes: all of them read what was listed for the version.</summary>
public sealed class S3SharedListTests : S3Rig
{
    private byte[]? list;
    private int made;

    [Fact]
    public async Task Objects_that_come_and_go_between_two_executions_change_nothing()
    {
        Put("p/a", "1");
        Put("p/b", "2");
        var first = await PrepareSharedAsync("p/");

        Put("p/c", "3");
        Put("p/b", "changed");
        Server.Objects.TryRemove("p/a", out _);
        var second = await PrepareSharedAsync("p/");

        Assert.Equal(["a=1", "b=2"], ContentOf(first));
        Assert.Equal(["a=1", "b=2"], ContentOf(second));
        Assert.Equal((1, 1), (made, Listings));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Object_that_was_changed_or_removed_since_it_was_listed_fails_the_execution_and_is_named(bool isRemoved)
    {
        Put("p/a", "1");
        Put("p/b", "2");
        list = S3ObjectList.Write(Server.Objects.Select(item => new S3Item(item.Key, "", FakeS3.TagOf(item.Value), item.Value.Length)));
        Put("p/b", "x");
        if (isRemoved)
        {
            Server.Objects.TryRemove("p/b", out _);
        }

        var error = await Assert.ThrowsAsync<EngineException>(() => PrepareSharedAsync("p/"));

        Assert.Equal(("S3:NotAsListed", false), (error.Problem.Code, error.IsRefusal));
        Assert.Equal(
            "s3://b/p/b was changed or removed since the objects of this version of the job were listed, and all its executions read what was listed",
            error.Problem.Message);
        Assert.Contains("bacalhau job rerun", error.Problem.Hint, StringComparison.Ordinal);
        Assert.Equal((0, 0), (made, Listings));
    }

    [Fact]
    public async Task Partitions_of_a_bucket_that_changes_meanwhile_cover_what_was_listed_each_object_once()
    {
        const int Partitions = 4;
        for (var i = 0; i < 40; i++)
        {
            Put($"p/before-{i}", "1");
        }

        var read = new List<string>();
        for (var partition = 0; partition < Partitions; partition++)
        {
            var mount = await PrepareSharedAsync("p/", partition, Partitions);
            read.AddRange(ContentOf(mount));
            for (var i = 0; i < 10; i++)
            {
                Put($"p/after-{partition}-{i}", "2");
            }
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"before-{i}=1").Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        Assert.Equal(1, Listings);
    }

    [Fact]
    public async Task First_execution_lists_for_all_partitions_and_shows_how_far_it_is()
    {
        Put("p/a", "1");
        Put("p/b", "2");
        var shown = new Steps();

        await PrepareAsync(Divided("p/"), request => request with { List = KeepAsync, Partition = 1, PartitionCount = 2 }, shown);

        Assert.Equal(2, S3ObjectList.Read(list!, 10, "").Count);
        Assert.Contains(new ExecutionProgress("listing", 2, 0, "objects"), shown.All);
    }

    [Theory]
    [InlineData("other/secret", "", "")]
    [InlineData("p/a.txt", "", "\\.csv$")]
    [InlineData("p/folder/", "", "")]
    [InlineData("p/a.txt", "a version before", "")]
    public async Task List_that_names_what_the_job_does_not_ask_for_is_refused(string key, string version, string filter)
    {
        Put(key, "1");
        list = S3ObjectList.Write([new S3Item(key, version, FakeS3.TagOf("1"u8.ToArray()), 1)]);

        var error = await Assert.ThrowsAsync<EngineException>(() => PrepareAsync(Input("p/", filter: filter), request => request with { List = KeepAsync }));

        Assert.Equal(("S3:BadList", true), (error.Problem.Code, error.IsRefusal));
        Assert.Contains($"it names '{key}'", error.Problem.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Downloads);
    }

    [Fact]
    public async Task Single_object_needs_no_list()
    {
        Put("p/a", "1");

        Assert.Equal(["a=1"], ContentOf(await PrepareSharedAsync("p/a")));
        Assert.Equal(0, made);
    }

    private int Listings => Server.Requests.Count(request => request.Target.Contains("list-type", StringComparison.Ordinal));

    private void Put(string key, string content) => Server.Objects[key] = Encoding.UTF8.GetBytes(content);

    private Task<Mount> PrepareSharedAsync(string key, int partition = 0, int count = 1) =>
        PrepareAsync(Divided(key), request => request with { List = KeepAsync, Partition = partition, PartitionCount = count });

    /// <summary>An input whose objects are divided by their keys.</summary>
    private InputSource Divided(string key)
    {
        var input = Input(key);
        return input with { Source = input.Source! with { Params = input.Source.Params.SetItem("Partition", JsonDocument.Parse("""{"Type":"object"}""").RootElement) } };
    }

    private async Task<byte[]> KeepAsync(Func<IProgress<ExecutionProgress>, CancellationToken, Task<byte[]>> make, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        if (list is null)
        {
            made++;
            list = await make(progress, cancellation);
        }

        return list;
    }

    private static IEnumerable<string> ContentOf(Mount mount) =>
        Directory.GetFiles(mount.Source).Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)}={File.ReadAllText(file)}");

    private sealed class Steps : IProgress<ExecutionProgress>
    {
        public List<ExecutionProgress> All { get; } = [];

        public void Report(ExecutionProgress value)
        {
            lock (All)
            {
                All.Add(value);
            }
        }
    }
}
