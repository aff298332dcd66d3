using Bacalhau.Compute.Ipfs;
using Bacalhau.Core.Content;
using Bacalhau.TestKit.Ipfs;

namespace Bacalhau.Compute.Tests.Ipfs;

public sealed class UnixFsNodeTests
{
    private static readonly Cid _cid = UnixFsBlock.CidOf([]);

    [Fact]
    public void Any_bytes_are_a_node_or_bad_content()
    {
        var random = new Random(11);
        byte[][] sound =
        [
            UnixFsBlock.FolderOf(("a", _cid), ("b", UnixFsBlock.Inline("x"))),
            UnixFsBlock.Node(UnixFsBlock.File, "data"u8.ToArray(), [5, 7], [("", _cid, 5), ("", _cid, 7)], 16),
            UnixFsBlock.Node(UnixFsBlock.Shard, [1, 2], [], [("0A", _cid, 5), ("FFname", _cid, 7)]),
            UnixFsBlock.LinkTo("a/b"),
        ];
        Assert.All(sound, block => UnixFsNode.Read(_cid, block));
        for (var round = 0; round < 5_000; round++)
        {
            var block = sound[round % sound.Length].ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                block[random.Next(block.Length)] = (byte)random.Next(256);
            }

            var error = Record.Exception(() => UnixFsNode.Read(_cid, block.AsMemory(0, random.Next(block.Length + 1))));
            Assert.True(error is null or IpfsException { Trouble: IpfsTrouble.BadContent }, $"{error}");
        }
    }

    [Theory]
    [InlineData(3UL)]
    [InlineData(9UL)]
    [InlineData(ulong.MaxValue)]
    public void Other_types_are_bad_content(ulong type) => Bad(UnixFsBlock.Node(type, [], [], []));

    [Fact]
    public void Sizes_must_add_up()
    {
        Bad(UnixFsBlock.Node(UnixFsBlock.File, null, [5], [("", _cid, 5)], 6));
        Bad(UnixFsBlock.Node(UnixFsBlock.File, null, [5, 6], [("", _cid, 5)]));
        Bad(UnixFsBlock.Node(UnixFsBlock.File, null, [], [("", _cid, 5)]));
        Bad(UnixFsBlock.Node(UnixFsBlock.File, null, [ulong.MaxValue], [("", _cid, 5)]));
        Bad(UnixFsBlock.Node(UnixFsBlock.File, null, [long.MaxValue, long.MaxValue], [("", _cid, 5), ("", _cid, 5)]));
    }

    private static void Bad(byte[] block) => Assert.Equal(IpfsTrouble.BadContent, Assert.Throws<IpfsException>(() => UnixFsNode.Read(_cid, block)).Trouble);
}
