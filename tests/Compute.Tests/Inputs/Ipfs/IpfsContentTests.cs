using Bacalhau.Compute.Ipfs;
using Bacalhau.Core.Content;
using Bacalhau.TestKit.Ipfs;

namespace Bacalhau.Compute.Tests.Inputs.Ipfs;

/// <summary>Content that whoever made it made wrong, on purpose or not: nothing of it is taken, and nothing leads out of the input's folder.</summary>
public sealed class IpfsContentTests : IpfsInputRig
{
    private static readonly Cid _file = UnixFsBlock.Inline("text");
    private static readonly (string, bool) _bad = ("IPFS:BadContent", true);

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("../escaped")]
    [InlineData("/tmp/escaped")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public async Task Name_that_is_no_name_of_a_file_is_refused(string name)
    {
        Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.FolderOf((name, _file)))));
        Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.FolderOf(("sub", Server.Put(UnixFsBlock.FolderOf((name, _file))))))));
        Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.Node(UnixFsBlock.Shard, [1], [], [("0A" + name, _file, 1)]))));
    }

    [Fact]
    public async Task Path_leads_nowhere_by_names_that_are_no_names()
    {
        var folder = Server.Put(UnixFsBlock.FolderOf(("..", Server.Put(UnixFsBlock.FolderOf(("a", _file))))));

        Assert.Equal(("IPFS:BadParameters", true), await FailAsync(folder, "/../a"));
        Assert.Equal(IpfsTrouble.NoSuchPath, (await Assert.ThrowsAsync<IpfsException>(() => ListAsync(folder, "../a"))).Trouble);
    }

    [Fact]
    public async Task Very_long_name_is_refused() => Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.FolderOf((new string('ü', 128), _file)))));

    [Fact]
    public async Task Name_that_comes_twice_is_refused()
    {
        Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.FolderOf(("a", _file), ("a", _file)))));
        Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.FolderOf(("a", Server.Put(UnixFsBlock.LinkTo("b"))), ("a", Server.Put(UnixFsBlock.FolderOf(("x", _file))))))));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("../../x")]
    [InlineData("a/../../..")]
    [InlineData("b/..")]
    [InlineData("")]
    public async Task Link_that_leads_out_is_refused(string target) =>
        Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.FolderOf(("link", Server.Put(UnixFsBlock.LinkTo(target))), ("a", _file)))));

    [Fact]
    public async Task Link_within_the_folder_is_one_there_too()
    {
        var sub = Server.Put(UnixFsBlock.FolderOf(("up", Server.Put(UnixFsBlock.LinkTo("../a"))), ("self", Server.Put(UnixFsBlock.LinkTo("self")))));

        var mount = await PrepareAsync(Server.Put(UnixFsBlock.FolderOf(("a", _file), ("sub", sub))));

        Assert.Equal("../a", new FileInfo(Path.Combine(mount.Source, "sub/up")).LinkTarget);
        Assert.Equal("text", await File.ReadAllTextAsync(Path.Combine(mount.Source, "sub/up")));
    }

    [Fact]
    public async Task Link_alone_is_refused() => Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.LinkTo("a"))));

    [Fact]
    public async Task Folder_that_is_too_deep_or_has_too_much_in_it_is_refused()
    {
        // Each holds the one before it twice, so that there are more folders in it than anybody can count.
        var folder = Server.Put(UnixFsBlock.FolderOf(("a", _file)));
        for (var layer = 0; layer < 150; layer++)
        {
            folder = Server.Put(UnixFsBlock.FolderOf(("a", folder), ("b", folder)));
        }

        Options = Options with { MostEntries = 1000 };
        Assert.Equal(_bad, await FailAsync(folder));
        for (var layer = 0; layer < 300; layer++)
        {
            folder = Server.Put(UnixFsBlock.FolderOf(("a", layer == 0 ? _file : folder)));
        }

        Assert.Equal(_bad, await FailAsync(folder));
    }

    [Fact]
    public async Task File_whose_parts_are_not_what_it_says_is_refused()
    {
        var part = Server.Put(Bytes(100), Cid.Raw);
        var folder = Server.Put(UnixFsBlock.FolderOf(("a", part)));

        Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.Node(UnixFsBlock.File, null, [99], [("", part, 99)], 99))));
        Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.Node(UnixFsBlock.File, null, [100], [("", folder, 100)], 100))));
    }

    [Fact]
    public async Task Any_number_of_empty_parts_is_none()
    {
        var missing = UnixFsBlock.CidOf([1]);
        var file = Server.Put(UnixFsBlock.Node(UnixFsBlock.File, "all"u8.ToArray(), Enumerable.Repeat(0UL, 10_000), Enumerable.Repeat(("", missing, 0UL), 10_000), 3));

        Assert.Equal("all", await File.ReadAllTextAsync((await PrepareAsync(file)).Source));
    }

    [Fact]
    public async Task Content_of_another_kind_is_refused()
    {
        var cbor = new Cid(1, 0x71, 0x12, new string('0', 64));

        Assert.Equal(_bad, await FailAsync(Server.Put(UnixFsBlock.FolderOf(("a", cbor)))));
        Assert.Equal(_bad, await FailAsync(Server.Put("no protocol buffer"u8.ToArray())));
    }

    private Task<IpfsListing> ListAsync(Cid cid, string path)
    {
        var blocks = new IpfsBlocks(new IpfsClient(Server.Endpoint, Options, TimeProvider.System), Options, TimeProvider.System);
        return new IpfsTree(blocks).ListAsync(cid, path, _ => { }, default);
    }
}
