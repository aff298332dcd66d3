using System.Numerics;
using System.Text;

namespace Bacalhau.Core.Content;

/// <summary>Bytes as text whose first character names the alphabet (multiformats.io, multibase).</summary>
internal static class Multibase
{
    private const string Base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const string Base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>Reads a text with its prefix; null if it is none.</summary>
    public static byte[]? Decode(string text) => text.Length < 2 ? null : (text[0], text[1..]) switch
    {
        ('f' or 'F', var rest) => Bits(rest.ToLowerInvariant(), Base36[..16]),
        ('b' or 'B', var rest) => Bits(rest.ToLowerInvariant(), Base32),
        ('k' or 'K', var rest) => Digits(rest.ToLowerInvariant(), Base36),
        ('z', var rest) => Digits(rest, Base58),
        ('m', var rest) => Bits(rest, Base64),
        ('M', var rest) => Bits(rest.TrimEnd('='), Base64),
        ('u', var rest) => Bits(rest.Replace('-', '+').Replace('_', '/'), Base64),
        ('U', var rest) => Bits(rest.TrimEnd('=').Replace('-', '+').Replace('_', '/'), Base64),
        _ => null,
    };

    /// <summary>Reads base58 without a prefix, as CIDs of version 0 are written; null if it is none.</summary>
    public static byte[]? DecodeBase58(string text) => Digits(text, Base58);

    /// <summary>Writes base58 without a prefix.</summary>
    public static string EncodeBase58(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        for (var number = new BigInteger(bytes, isUnsigned: true, isBigEndian: true); number > 0; number /= Base58.Length)
        {
            text.Insert(0, Base58[(int)(number % Base58.Length)]);
        }

        return text.Insert(0, Base58[..1], LeadingZeros(bytes)).ToString();
    }

    /// <summary>Writes base32 in lower case, with its prefix.</summary>
    public static string EncodeBase32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("b");
        var (held, bits) = (0, 0);
        foreach (var part in bytes)
        {
            (held, bits) = (((held << 8) | part) & 0xffff, bits + 8);
            for (; bits >= 5; bits -= 5)
            {
                text.Append(Base32[(held >> (bits - 5)) & 31]);
            }
        }

        return bits > 0 ? text.Append(Base32[(held << (5 - bits)) & 31]).ToString() : text.ToString();
    }

    /// <summary>An alphabet of 2 to the power of n characters. Bits that fill up the last one must be zero, so that no bytes have two texts.</summary>
    private static byte[]? Bits(string text, string alphabet)
    {
        var width = BitOperations.Log2((uint)alphabet.Length);
        var bytes = new List<byte>(text.Length * width / 8);
        var (held, bits) = (0, 0);
        foreach (var character in text)
        {
            var value = alphabet.IndexOf(character);
            if (value < 0)
            {
                return null;
            }

            (held, bits) = (((held << width) | value) & 0xffff, bits + width);
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(held >> bits));
            }
        }

        return bits < width && (held & ((1 << bits) - 1)) == 0 ? [.. bytes] : null;
    }

    /// <summary>The text is one large number; zeros at its front are bytes.</summary>
    private static byte[]? Digits(string text, string alphabet)
    {
        var number = BigInteger.Zero;
        foreach (var character in text)
        {
            var value = alphabet.IndexOf(character);
            if (value < 0)
            {
                return null;
            }

            number = (number * alphabet.Length) + value;
        }

        var zeros = text.TakeWhile(character => character == alphabet[0]).Count();
        return [.. new byte[zeros], .. number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true)];
    }

    private static int LeadingZeros(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept((byte)0) is >= 0 and var first ? first : bytes.Length;
}
