using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Ipfs;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Core.Content;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Ipfs;

namespace Bacalhau.Compute.Tests.Inputs.Ipfs;

/// <summary>IPFS inputs from a real js-ipfs node; the cases of the recording golden/engines/storage-ipfs.md.</summary>
[Collection("js-ipfs")]
public sealed class JsIpfsInputSourceTests : InputSourceConformance
{
    private readonly JsIpfs node = new();
    private readonly InputCache cache;
    private IpfsClient? client;
    private IpfsOptions options = new() { FirstPause = TimeSpan.FromMilliseconds(1) };

    public JsIpfsInputSourceTests() => cache = InputCache.Open(Path.Combine(Root, "cache"), 1_000_000_000, TimeProvider.System);

    protected override SpecConfig Refused => Cid("abc");

    [Theory]
    [InlineData("cid-version=0", "QmWDurQHZtD1cz3RuuiTtPQjP8RAHGU3VqZ7wV4kcGRHNB")]
    [InlineData("cid-version=1&raw-leaves=true", "bafkreidsffuigahterbf6fgelmh6fwwncfge7tcfqzxmp3pwwztu5e6q3y")]
    public async Task Recorded_file_is_found_at_its_target(string version, string cid)
    {
        Assert.Equal(cid, await node.AddAsync("ipfs-file\n"u8, version));

        var mount = await PrepareAsync(Cid(cid));

        Assert.Equal(("/inputs", false, "ipfs-file\n"), (mount.Target, mount.Writable, await File.ReadAllTextAsync(mount.Source)));
    }

    [Fact]
    public async Task Recorded_path_in_a_folder_which_was_refused_then_is_found()
    {
        var folder = await node.AddFolderAsync([("one.txt", "1"), ("sub/ünï cödé.txt", "2"), ("sub/deep/three", "3")]);

        Assert.Equal("1", await File.ReadAllTextAsync((await PrepareAsync(Cid(folder + "/one.txt"))).Source));
        Assert.Equal("2", await File.ReadAllTextAsync((await PrepareAsync(Cid(folder + "/sub/ünï cödé.txt"))).Source));
        Assert.Equal(["deep/three", "ünï cödé.txt"], Names(await PrepareAsync(Cid(folder + "/sub/"))));
        Assert.Equal(("IPFS:NotFound", true), await FailAsync(Cid(folder + "/two.txt")));
        Assert.Equal(("IPFS:NotFound", true), await FailAsync(Cid(folder + "/one.txt/x")));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    public async Task Recorded_bad_CIDs_are_refused(string cid)
    {
        Assert.Equal("IPFS:BadParameters", (await CreateSource().FindRefusalAsync(Input(Cid(cid)), default))!.Code);
        Assert.Equal("IPFS:BadParameters", (await CreateSource().FindRefusalAsync(Input(Spec.Of("ipfs")), default))!.Code);
    }

    [Fact]
    public async Task Recorded_CID_that_the_node_has_not_got_fails_the_attempt_in_time()
    {
        options = options with { ReadTimeout = TimeSpan.FromMilliseconds(300) };

        Assert.Equal(("IPFS:NotFound", false), await FailAsync(Cid("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG")));
    }

    [Theory]
    [InlineData("cid-version=0", 1_500_000)]
    [InlineData("cid-version=1&raw-leaves=true", 1_500_000)]
    [InlineData("cid-version=1&raw-leaves=false&chunker=size-1000", 200_000)]
    [InlineData("cid-version=1&raw-leaves=true&trickle=true&chunker=size-3000", 400_000)]
    [InlineData("cid-version=1&raw-leaves=true&chunker=rabin-1024-4096-8192", 200_000)]
    public async Task File_of_many_blocks_is_whole(string version, int length)
    {
        var bytes = Random(length);

        var mount = await PrepareAsync(Cid(await node.AddAsync(bytes, version)));

        Assert.Equal(bytes, await File.ReadAllBytesAsync(mount.Source));
    }

    [Fact]
    public async Task Fetch_of_a_node_that_was_killed_at_any_byte_goes_on_there()
    {
        var (bytes, random) = (Random(700_000), new Random(5));
        var cid = await node.AddAsync(bytes, "cid-version=1&raw-leaves=true&chunker=size-65536");
        Assert.True(Core.Content.Cid.TryParse(cid, out var read, out _));
        foreach (var at in Enumerable.Range(0, 20).Select(_ => random.Next(1, bytes.Length)).Concat([1, 65_536, bytes.Length - 1, bytes.Length]))
        {
            var folder = Directory.CreateDirectory(Path.Combine(Root, $"killed-{at}")).FullName;
            var partial = await new CacheFolder(folder, TimeProvider.System).OpenPartialAsync(CacheFolder.NameOf("ipfs\n" + read.Canonical), default);
            partial.Restart(read.Canonical);
            await partial.AppendAsync(bytes.AsMemory(0, at), default);
            partial.Abandon();
            using var after = InputCache.Open(folder, 0, TimeProvider.System);
            var progress = new First();

            var mount = await new IpfsInputSource(Client(), after, options, TimeProvider.System).PrepareAsync(
                new InputRequest(Input(Cid(cid)), Directory.CreateDirectory(Path.Combine(folder, "prepared")).FullName), progress, default);

            Assert.Equal(bytes, await File.ReadAllBytesAsync(mount.Source));
            Assert.True(progress.Done >= at, $"{progress.Done} of {at}");
        }
    }

    [Fact]
    public async Task Folder_is_as_it_was_added()
    {
        string[] names = ["with blank", "ümlaut", "quote'\"", "100%25", "a+b&c=d", new string('x', 200), "sub/0A", "sub/..x"];
        var folder = await node.AddFolderAsync([.. names.Select(name => (name, name)), ("empty/", "")]);

        var mount = await PrepareAsync(Cid(folder));

        Assert.Equal(names.Order(StringComparer.Ordinal), Names(mount));
        Assert.All(names, name => Assert.Equal(name, File.ReadAllText(Path.Combine(mount.Source, name))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(mount.Source, "empty")));
    }

    [Fact]
    public async Task Folder_in_parts_is_whole_and_its_paths_are_found()
    {
        var names = Enumerable.Range(0, 60).Select(number => $"file-{number}").ToList();
        var folder = await node.AddFolderAsync(names.Select(name => (name, name)), "cid-version=1&raw-leaves=true&shard-split-threshold=10");

        var mount = await PrepareAsync(Cid(folder));

        Assert.Equal(names.Order(StringComparer.Ordinal), Names(mount));
        Assert.Equal("file-23", await File.ReadAllTextAsync((await PrepareAsync(Cid(folder + "/file-23"))).Source));
        Assert.Equal(("IPFS:NotFound", true), await FailAsync(Cid(folder + "/file-60")));
        var block = UnixFsNode.Read(Parse(folder), await Client().GetBlockAsync(Parse(folder), default));
        Assert.Equal(UnixFsKind.Shard, block.Kind);
    }

    [Fact]
    public async Task Executions_over_one_CID_fetch_it_once()
    {
        var folder = await node.AddFolderAsync(Enumerable.Range(0, 10).Select(number => ($"f{number}", $"content {number} {Guid.NewGuid()}")));

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => PrepareAsync(Cid(folder))));

        Assert.Equal((990, 10), cache.Asked);
    }

    [Fact]
    public async Task What_is_too_large_is_refused_at_once()
    {
        var bytes = Random(300_000);
        var (raw, file) = (await node.AddAsync(bytes.AsSpan(0, 200_000)), await node.AddAsync(bytes));
        var folder = await node.AddFolderAsync([("a", new string('a', 100_000)), ("b", new string('b', 100_000))], "cid-version=0");

        Assert.Equal(("IPFS:TooLarge", true), await FailAsync(Cid(raw), 199_999));
        Assert.Equal(("IPFS:TooLarge", true), await FailAsync(Cid(file), 299_999));
        Assert.Equal(("IPFS:TooLarge", true), await FailAsync(Cid(folder), 199_999));
        await PrepareAsync(Cid(raw), 200_000);
        await PrepareAsync(Cid(file), 300_000);
        await PrepareAsync(Cid(folder), 200_000);
    }

    [Fact]
    public async Task Only_what_is_pinned_is_known_to_be_here()
    {
        var (here, source) = (await node.AddFolderAsync([("a", $"{Guid.NewGuid()}")]), (IpfsInputSource)CreateSource());
        Assert.Null(await source.FindWhyUnavailableAsync(default));

        var found = await AskAsync(here);
        for (var tries = 1; found is null && tries < 50; tries++)
        {
            // A machine that is busy does not answer in time.
            found = await AskAsync(here);
        }

        Assert.Equal((true, true), (found!.IsWhole, found.Bytes > 36));
        Assert.Null(await AskAsync("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"));
        Assert.Null(await AskAsync("abc"));

        Task<DataAnswer?> AskAsync(string cid) => source.FindHeldAsync(new DataQuestion { Source = Cid(cid) }, default);
    }

    public override ValueTask DisposeAsync()
    {
        client?.Dispose();
        node.Dispose();
        cache.Dispose();
        return base.DisposeAsync();
    }

    protected override IInputSource CreateSource() => new IpfsInputSource(Client(), cache, options, TimeProvider.System);

    protected override async Task<SpecConfig> FileAsync(string content) => Cid(await node.AddAsync(System.Text.Encoding.UTF8.GetBytes(content)));

    protected override async Task<SpecConfig?> FolderAsync() => Cid(await node.AddFolderAsync([("a.txt", "from a"), ("sub/b.txt", "from b")]));

    private static SpecConfig Cid(string cid) => Spec.Of("ipfs", ("CID", cid));

    private static Cid Parse(string text) => Core.Content.Cid.TryParse(text, out var cid, out var problem) ? cid : throw new FormatException(problem);

    private IpfsClient Client() => client ??= new IpfsClient(node.Endpoint, options, TimeProvider.System);

    private Task<Mount> PrepareAsync(SpecConfig source, long most) => CreateSource().PrepareAsync(
        new InputRequest(Input(source), Directory.CreateDirectory(Path.Combine(Root, $"{Guid.NewGuid():N}")).FullName) { MostBytes = most }, new Progress<ExecutionProgress>(), default);

    private async Task<(string Code, bool IsRefusal)> FailAsync(SpecConfig source, long most = long.MaxValue)
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => PrepareAsync(source, most));
        return (error.Problem.Code, error.IsRefusal);
    }

    private static IEnumerable<string> Names(Mount mount) =>
        Directory.EnumerateFiles(mount.Source, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(mount.Source, file)).Order(StringComparer.Ordinal);

    private static byte[] Random(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    /// <summary>The first bytes that were told to be there.</summary>
    private sealed class First : IProgress<ExecutionProgress>
    {
        public long Done { get; private set; } = -1;

        public void Report(ExecutionProgress value) => Done = Done < 0 && value.Step == "downloading" ? value.Done : Done;
    }
}
