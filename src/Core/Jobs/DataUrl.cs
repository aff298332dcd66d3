using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Bacalhau.Core.Jobs;

/// <summary>A decoded data URL (RFC 2397).</summary>
/// <param name="MediaType">Type without its parameters, <c>text/plain</c> when not given.</param>
/// <param name="Bytes">The content.</param>
public sealed record DataUrl(string MediaType, ImmutableArray<byte> Bytes)
{
    private const string Scheme = "data:";

    /// <summary>Reads a data URL; false with a reason when the text is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DataUrl? url, out string reason)
    {
        url = null;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            reason = "it does not start with data:";
            return false;
        }

        if (comma < 0)
        {
            reason = "it has no comma before the content";
            return false;
        }

        var header = text[Scheme.Length..comma].Split(';');
        var isBase64 = header.Length > 1 && string.Equals(header[^1].Trim(), "base64", StringComparison.OrdinalIgnoreCase);
        if (!TryUnescape(text.AsSpan(comma + 1), out var content))
        {
            reason = "a % is not followed by two hexadecimal digits";
            return false;
        }

        if (isBase64 && !TryDecode(content, out content))
        {
            reason = "the content is not base64";
            return false;
        }

        var type = header[0].Trim();
        url = new DataUrl(type.Length == 0 ? "text/plain" : type, ImmutableArray.Create(content));
        reason = "";
        return true;
    }

    private static bool TryUnescape(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        while (!text.IsEmpty)
        {
            var plain = text.IndexOf('%');
            length += Encoding.UTF8.GetBytes(plain < 0 ? text : text[..plain], bytes.AsSpan(length));
            if (plain < 0)
            {
                break;
            }

            if (plain + 2 >= text.Length || !char.IsAsciiHexDigit(text[plain + 1]) || !char.IsAsciiHexDigit(text[plain + 2]))
            {
                return false;
            }

            bytes[length++] = Convert.FromHexString(text.Slice(plain + 1, 2))[0];
            text = text[(plain + 3)..];
        }

        Array.Resize(ref bytes, length);
        return true;
    }

    /// <summary>Blanks inside, missing padding and the alphabet for URLs are taken too.</summary>
    private static bool TryDecode(byte[] encoded, out byte[] content)
    {
        var written = Encoding.UTF8.GetString(encoded).Where(character => !char.IsWhiteSpace(character));
        var text = string.Concat(written).Replace('-', '+').Replace('_', '/').TrimEnd('=');
        content = new byte[text.Length];
        if (!Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), content, out var length))
        {
            return false;
        }

        Array.Resize(ref content, length);
        return true;
    }
}
