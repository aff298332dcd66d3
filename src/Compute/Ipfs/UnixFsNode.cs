using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bacalhau.Core.Content;

namespace Bacalhau.Compute.Ipfs;

/// <summary>What a node of UnixFS is.</summary>
internal enum UnixFsKind
{
    File,
    Folder,

    /// <summary>A part of a folder that is too large for one block.</summary>
    Shard,
    Link,
}

/// <summary>What a node leads to.</summary>
/// <param name="Name">Its name in a folder, as it stands in the block; empty for a part of a file.</param>
/// <param name="Cid">The content.</param>
/// <param name="Bytes">What whoever made the node says of the size of all beneath it; for a block of plain bytes it should be their number.</param>
internal sealed record UnixFsLink(string Name, Cid Cid, long Bytes);

/// <summary>One block as UnixFS reads it: a file or its beginning, a folder, a part of one of them, or a symbolic link (specs.ipfs.tech, UnixFS).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Content">The bytes that it holds itself, those of a file before the ones that its links lead to.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="Links">What it leads to.</param>
/// <param name="Sizes">For a file, the bytes behind each link.</param>
internal sealed record UnixFsNode(UnixFsKind Kind, ReadOnlyMemory<byte> Content, long Bytes, ImmutableArray<UnixFsLink> Links, ImmutableArray<long> Sizes)
{
    private static readonly UTF8Encoding _text = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>For a part of a folder, the characters before each name that say where in it the name belongs; a link of only these leads to another part.</summary>
    public int PrefixCharacters { get; private init; }

    /// <summary>The content as text.</summary>
    /// <exception cref="IpfsException">It is none.</exception>
    public string Text(Cid cid) => Guard(cid, () => _text.GetString(Content.Span));

    /// <summary>Reads a block.</summary>
    /// <exception cref="IpfsException">It is neither file, folder nor link.</exception>
    public static UnixFsNode Read(Cid cid, ReadOnlyMemory<byte> block) => cid.Codec switch
    {
        Cid.Raw => new UnixFsNode(UnixFsKind.File, block, block.Length, [], []),
        Cid.DagPb => Guard(cid, () => ReadNode(block)),
        _ => throw Bad(cid, string.Create(CultureInfo.InvariantCulture, $"has the codec 0x{cid.Codec:x}")),
    };

    /// <summary>What is told of content that is nothing to write to disk.</summary>
    public static IpfsException Bad(Cid cid, string why, Exception? inner = null) => new(IpfsTrouble.BadContent, $"{cid} is no file or folder that can be used: it {why}", inner);

    private static T Guard<T>(Cid cid, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is InvalidDataException or DecoderFallbackException or OverflowException)
        {
            throw Bad(cid, $"cannot be understood ({exception.Message})", exception);
        }
    }

    private static UnixFsNode ReadNode(ReadOnlyMemory<byte> block)
    {
        var links = ImmutableArray.CreateBuilder<UnixFsLink>();
        ReadOnlyMemory<byte>? data = null;
        foreach (var field in ProtoFields.Of(block))
        {
            if (field.Number == 1)
            {
                data = field.Bytes;
            }
            else if (field.Number == 2)
            {
                links.Add(ReadLink(field.Bytes));
            }
        }

        return ReadData(data ?? throw new InvalidDataException("it has no data"), links.ToImmutable());
    }

    private static UnixFsLink ReadLink(ReadOnlyMemory<byte> message)
    {
        var (name, bytes) = ("", 0L);
        Cid? cid = null;
        foreach (var field in ProtoFields.Of(message))
        {
            switch (field.Number)
            {
                case 1:
                    _ = Cid.TryRead(field.Bytes.Span, out cid);
                    break;
                case 2:
                    name = _text.GetString(field.Bytes.Span);
                    break;
                case 3:
                    bytes = checked((long)field.Value);
                    break;
                default:
                    break;
            }
        }

        return new UnixFsLink(name, cid ?? throw new InvalidDataException("a link has no CID"), bytes);
    }

    private static UnixFsNode ReadData(ReadOnlyMemory<byte> message, ImmutableArray<UnixFsLink> links)
    {
        ulong? type = null;
        long? length = null;
        var fanout = 0UL;
        ReadOnlyMemory<byte> content = default;
        var sizes = ImmutableArray.CreateBuilder<long>();
        foreach (var field in ProtoFields.Of(message))
        {
            switch (field.Number)
            {
                case 1:
                    type = field.Value;
                    break;
                case 2:
                    content = field.Bytes;
                    break;
                case 3:
                    length = checked((long)field.Value);
                    break;
                case 4:
                    sizes.AddRange(ReadSizes(field));
                    break;
                case 6:
                    fanout = field.Value;
                    break;
                default:
                    break;
            }
        }

        var node = new UnixFsNode(KindOf(type), content, checked(content.Length + sizes.Sum()), links, sizes.ToImmutable());
        return node.Kind switch
        {
            UnixFsKind.File when sizes.Count != links.Length || (length is { } told && told != node.Bytes) => throw new InvalidDataException("its sizes do not add up"),
            UnixFsKind.Shard when fanout is < 2 or > 65536 || (fanout & (fanout - 1)) != 0 => throw new InvalidDataException("its parts cannot be told apart"),
            UnixFsKind.Shard => node with { PrefixCharacters = (fanout - 1).ToString("X", CultureInfo.InvariantCulture).Length },
            _ => node,
        };
    }

    private static UnixFsKind KindOf(ulong? type) => type switch
    {
        0 or 2 => UnixFsKind.File,
        1 => UnixFsKind.Folder,
        4 => UnixFsKind.Link,
        5 => UnixFsKind.Shard,
        _ => throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"it is of type {type}")),
    };

    /// <summary>Repeated numbers come one by one, or packed into one field.</summary>
    private static List<long> ReadSizes(ProtoField field)
    {
        var sizes = new List<long>();
        if (field.Bytes.IsEmpty)
        {
            sizes.Add(checked((long)field.Value));
        }

        for (var rest = field.Bytes.Span; !rest.IsEmpty;)
        {
            sizes.Add(Varint.TryRead(ref rest, out var size) ? checked((long)size) : throw new InvalidDataException("no number"));
        }

        return sizes;
    }
}
