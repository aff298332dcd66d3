using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace Bacalhau.Core.Content;

/// <summary>A content identifier of IPFS: names content by its hash, so that whoever has it can tell whether what came is right (multiformats.io, CID).</summary>
/// <param name="Version">0 or 1.</param>
/// <param name="Codec">What the content is, as the table of multicodecs numbers it.</param>
/// <param name="HashFunction">How it is hashed, as the same table numbers it.</param>
/// <param name="Digest">The hash, lower-case hex.</param>
public sealed record Cid(int Version, ulong Codec, ulong HashFunction, string Digest)
{
    /// <summary>Codec of plain bytes.</summary>
    public const ulong Raw = 0x55;

    /// <summary>Codec of nodes of UnixFS: folders, and files of several blocks.</summary>
    public const ulong DagPb = 0x70;

    private const ulong Identity = 0x00;
    private const ulong Sha256Function = 0x12;
    private const ulong Sha512Function = 0x13;
    private const int MostCharacters = 400;
    private const int MostIdentityBytes = 128;
    private const int Version0Bytes = 34;
    private const int Version0Characters = 46;

    /// <summary>The content itself where it is so short that the identifier holds it; null otherwise.</summary>
    public byte[]? Inline => HashFunction == Identity ? Convert.FromHexString(Digest) : null;

    /// <summary>Whether it can be told here what content it names.</summary>
    public bool CanBeChecked => (HashFunction, Digest.Length / 2) is (Identity, <= MostIdentityBytes) or (Sha256Function, SHA256.HashSizeInBytes) or (Sha512Function, SHA512.HashSizeInBytes);

    /// <summary>The same for version 0 and 1, and whatever alphabet it was written in.</summary>
    public string Canonical => Multibase.EncodeBase32(ToBytes(1));

    /// <summary>Reads a CID.</summary>
    /// <param name="text">What a person wrote.</param>
    /// <param name="cid">The CID.</param>
    /// <param name="problem">Why it is none, to be said after its name; empty if it is one.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Cid? cid, out string problem)
    {
        (cid, problem) = (null, "");
        var isVersion0 = text.Length == Version0Characters && text.StartsWith("Qm", StringComparison.Ordinal);
        var bytes = text.Length > MostCharacters ? null : isVersion0 ? Multibase.DecodeBase58(text) : Multibase.Decode(text);
        if (bytes is null || !TryRead(bytes, out var read) || (read.Version == 0) != isVersion0)
        {
            problem = "is no CID";
        }
        else if (!read.CanBeChecked)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"has the hash function 0x{read.HashFunction:x}, and only sha2-256, sha2-512 and identity can be checked");
        }
        else if (read.Codec is not (Raw or DagPb))
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"is no file or folder, but has the codec 0x{read.Codec:x}");
        }
        else
        {
            cid = read;
        }

        return cid is not null;
    }

    /// <summary>Reads the bytes of a CID, as they stand in blocks; nothing may follow.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Cid? cid)
    {
        cid = null;
        if (bytes.Length == Version0Bytes && bytes[0] == Sha256Function && bytes[1] == SHA256.HashSizeInBytes)
        {
            cid = new Cid(0, DagPb, Sha256Function, Convert.ToHexStringLower(bytes[2..]));
            return true;
        }

        if (Varint.TryRead(ref bytes, out var version) && version == 1
            && Varint.TryRead(ref bytes, out var codec)
            && Varint.TryRead(ref bytes, out var function)
            && Varint.TryRead(ref bytes, out var length) && length == (ulong)bytes.Length)
        {
            cid = new Cid(1, codec, function, Convert.ToHexStringLower(bytes));
        }

        return cid is not null;
    }

    /// <summary>Whether content is what this names. Never so where the hash function is not known here.</summary>
    public bool Names(ReadOnlySpan<byte> content) => CanBeChecked && Digest == HashFunction switch
    {
        Identity => Convert.ToHexStringLower(content),
        Sha256Function => Convert.ToHexStringLower(SHA256.HashData(content)),
        _ => Convert.ToHexStringLower(SHA512.HashData(content)),
    };

    /// <summary>As it is usually written: version 0 in base58, version 1 in base32.</summary>
    public override string ToString() => Version == 0 ? Multibase.EncodeBase58(ToBytes(0)) : Canonical;

    private byte[] ToBytes(int version)
    {
        var bytes = new List<byte>();
        if (version == 1)
        {
            Varint.Write(bytes, 1);
            Varint.Write(bytes, Codec);
        }

        Varint.Write(bytes, HashFunction);
        Varint.Write(bytes, (ulong)Digest.Length / 2);
        bytes.AddRange(Convert.FromHexString(Digest));
        return [.. bytes];
    }
}
