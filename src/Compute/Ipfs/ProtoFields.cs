using System.Buffers.Binary;
using Bacalhau.Core.Content;

namespace Bacalhau.Compute.Ipfs;

/// <summary>A field of a protocol buffer.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Value">Its value, where that is a number.</param>
/// <param name="Bytes">Its content, where that is a text, bytes or a message.</param>
internal readonly record struct ProtoField(int Number, ulong Value, ReadOnlyMemory<byte> Bytes);

/// <summary>Takes a protocol buffer apart. Whoever made it is not trusted.</summary>
internal static class ProtoFields
{
    /// <summary>The fields in order.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static IEnumerable<ProtoField> Of(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            yield return Take(ref message);
        }
    }

    private static ProtoField Take(ref ReadOnlyMemory<byte> message)
    {
        var key = TakeNumber(ref message);
        var number = key >> 3 is > 0 and < int.MaxValue and var given ? (int)given : throw Broken();
        return (key & 7) switch
        {
            0 => new ProtoField(number, TakeNumber(ref message), default),
            1 => new ProtoField(number, BinaryPrimitives.ReadUInt64LittleEndian(TakeBytes(ref message, 8).Span), default),
            2 => new ProtoField(number, 0, TakeBytes(ref message, TakeNumber(ref message))),
            5 => new ProtoField(number, BinaryPrimitives.ReadUInt32LittleEndian(TakeBytes(ref message, 4).Span), default),
            _ => throw Broken(),
        };
    }

    private static ulong TakeNumber(ref ReadOnlyMemory<byte> message)
    {
        var rest = message.Span;
        if (!Varint.TryRead(ref rest, out var value))
        {
            throw Broken();
        }

        message = message[^rest.Length..];
        return value;
    }

    private static ReadOnlyMemory<byte> TakeBytes(ref ReadOnlyMemory<byte> message, ulong count)
    {
        if (count > (ulong)message.Length)
        {
            throw Broken();
        }

        var bytes = message[..(int)count];
        message = message[(int)count..];
        return bytes;
    }

    private static InvalidDataException Broken() => new("no protocol buffer");
}
