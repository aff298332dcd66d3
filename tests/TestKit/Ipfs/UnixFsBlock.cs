using System.Text;
using Bacalhau.Core.Content;

namespace Bacalhau.TestKit.Ipfs;

/// <summary>Writes blocks of UnixFS byte by byte, wrong ones too.</summary>
public static class UnixFsBlock
{
    public const ulong Folder = 1;
    public const ulong File = 2;
    public const ulong Link = 4;
    public const ulong Shard = 5;

    /// <summary>A node.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="content">Its own bytes; null for none.</param>
    /// <param name="sizes">Bytes behind each link of a file.</param>
    /// <param name="links">What it leads to.</param>
    /// <param name="length">The length of the file that is told; null tells none.</param>
    public static byte[] Node(ulong type, byte[]? content, IEnumerable<ulong> sizes, IEnumerable<(string Name, Cid Cid, ulong Bytes)> links, ulong? length = null)
    {
        var data = new List<byte> { 0x08 };
        Varint.Write(data, type);
        if (content is not null)
        {
            Add(data, 0x12, content);
        }

        if (length is { } bytes)
        {
            data.Add(0x18);
            Varint.Write(data, bytes);
        }

        foreach (var size in sizes)
        {
            data.Add(0x20);
            Varint.Write(data, size);
        }

        if (type == Shard)
        {
            data.AddRange([0x28, 0x22, 0x30, 0x80, 0x02]);
        }

        var node = new List<byte>();
        foreach (var (name, cid, total) in links)
        {
            var link = new List<byte>();
            Add(link, 0x0a, BytesOf(cid));
            Add(link, 0x12, Encoding.UTF8.GetBytes(name));
            link.Add(0x18);
            Varint.Write(link, total);
            Add(node, 0x12, [.. link]);
        }

        Add(node, 0x0a, [.. data]);
        return [.. node];
    }

    /// <summary>A folder.</summary>
    public static byte[] FolderOf(params IEnumerable<(string Name, Cid Cid)> entries) => Node(Folder, null, [], entries.Select(entry => (entry.Name, entry.Cid, 1UL)));

    /// <summary>A symbolic link.</summary>
    public static byte[] LinkTo(string target) => Node(Link, Encoding.UTF8.GetBytes(target), [], []);

    /// <summary>The CID of a block.</summary>
    public static Cid CidOf(byte[] block, ulong codec = Cid.DagPb) => new(1, codec, 0x12, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(block)));

    /// <summary>A CID that holds its content, of up to 128 bytes.</summary>
    public static Cid Inline(string content) => new(1, Cid.Raw, 0, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(content)));

    private static byte[] BytesOf(Cid cid)
    {
        var bytes = new List<byte> { 1 };
        Varint.Write(bytes, cid.Codec);
        Varint.Write(bytes, cid.HashFunction);
        Varint.Write(bytes, (ulong)cid.Digest.Length / 2);
        return [.. bytes, .. Convert.FromHexString(cid.Digest)];
    }

    private static void Add(List<byte> to, byte key, byte[] bytes)
    {
        to.Add(key);
        Varint.Write(to, (ulong)bytes.Length);
        to.AddRange(bytes);
    }
}
