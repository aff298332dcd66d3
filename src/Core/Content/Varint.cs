namespace Bacalhau.Core.Content;

/// <summary>Unsigned numbers of variable length, seven bits a byte, the lowest first: as in CIDs and protocol buffers.</summary>
public static class Varint
{
    private const int MostBytes = 10;

    /// <summary>Reads one from the front, and moves on; false if there is none.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var index = 0; index < bytes.Length && index < MostBytes; index++)
        {
            value |= (ulong)(bytes[index] & 0x7f) << (7 * index);
            if (bytes[index] < 0x80)
            {
                bytes = bytes[(index + 1)..];
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds one at the end.</summary>
    public static void Write(ICollection<byte> bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
    }
}
