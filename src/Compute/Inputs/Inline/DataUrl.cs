using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Bacalhau.Compute.Inputs.Inline;

/// <summary>Data written into a URL (RFC 2397).</summary>
/// <param name="MediaType">Type of the data without parameters, lower case; <c>text/plain</c> when none is written.</param>
/// <param name="Bytes">The data.</param>
internal sealed record DataUrl(string MediaType, byte[] Bytes)
{
    /// <summary>Reads a URL; false with a reason if it is no data URL.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DataUrl? url, out string reason)
    {
        url = null;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (!text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || comma < 0)
        {
            reason = "it is not of the form data:[type][;base64],text";
            return false;
        }

        var head = text["data:".Length..comma].Split(';');
        if (!TryUnescape(text.AsSpan(comma + 1), out var bytes))
        {
            reason = "it holds a '%' that two hexadecimal digits do not follow";
            return false;
        }

        if (head.Length > 1 && head[^1].Trim().Equals("base64", StringComparison.OrdinalIgnoreCase) && !TryDecodeBase64(ref bytes))
        {
            reason = "its base64 cannot be decoded";
            return false;
        }

        var type = head[0].Trim();
        url = new DataUrl(type.Length == 0 ? "text/plain" : type.ToLowerInvariant(), bytes);
        reason = "";
        return true;
    }

    private static bool TryUnescape(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = Encoding.UTF8.GetBytes(text.ToString());
        var length = 0;
        for (var i = 0; i < bytes.Length; i++, length++)
        {
            if (bytes[i] != '%')
            {
                bytes[length] = bytes[i];
                continue;
            }

            if (i + 2 >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[i + 1]) || !char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                return false;
            }

            bytes[length] = (byte)((HexValue(bytes[i + 1]) << 4) | HexValue(bytes[i + 2]));
            i += 2;
        }

        Array.Resize(ref bytes, length);
        return true;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static bool TryDecodeBase64(ref byte[] bytes)
    {
        if (Base64.DecodeFromUtf8InPlace(bytes, out var length) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        Array.Resize(ref bytes, length);
        return true;
    }
}
