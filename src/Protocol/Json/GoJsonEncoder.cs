using System.Text;
using System.Text.Encodings.Web;

namespace Bacalhau.Protocol.Json;

/// <summary>
/// Escapes JSON text byte for byte as the reference does (spec: job-model.md §0): <c>&lt; &gt; &amp;</c> and the two line separators become
/// lower-case <c>\u00xx</c>, everything else that JSON allows stays as it is.
/// </summary>
public sealed class GoJsonEncoder : JavaScriptEncoder
{
    /// <summary>For every document but the results endpoint's.</summary>
    public static readonly GoJsonEncoder Html = new(escapesHtml: true);

    /// <summary>For the results endpoint, whose addresses keep their <c>&amp;</c>.</summary>
    public static readonly GoJsonEncoder Plain = new(escapesHtml: false);

    private readonly bool escapesHtml;

    private GoJsonEncoder(bool escapesHtml) => this.escapesHtml = escapesHtml;

    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) => unicodeScalar switch
    {
        < ' ' or '"' or '\\' or 0x2028 or 0x2029 => true,
        '<' or '>' or '&' => escapesHtml,
        _ => false,
    };

    /// <inheritdoc/>
    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var characters = new ReadOnlySpan<char>(text, textLength);
        for (var index = 0; index < characters.Length;)
        {
            // A lone surrogate decodes to the replacement character; it is encoded so that the output stays valid.
            var status = Rune.DecodeFromUtf16(characters[index..], out var rune, out var used);
            if (status != System.Buffers.OperationStatus.Done || WillEncode(rune.Value))
                return index;
            index += used;
        }
        return -1;
    }

    /// <inheritdoc/>
    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var output = new Span<char>(buffer, bufferLength);
        var shortForm = unicodeScalar switch
        {
            '"' => '"',
            '\\' => '\\',
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => '\0',
        };
        if (shortForm != '\0')
        {
            numberOfCharactersWritten = output.Length < 2 ? 0 : 2;
            if (output.Length < 2)
                return false;
            output[0] = '\\';
            output[1] = shortForm;
            return true;
        }
        if (!WillEncode(unicodeScalar))
            return new Rune(unicodeScalar).TryEncodeToUtf16(output, out numberOfCharactersWritten);
        return output.TryWrite($"\\u{unicodeScalar:x4}", out numberOfCharactersWritten);
    }
}
