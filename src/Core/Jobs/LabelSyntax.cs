namespace Bacalhau.Core.Jobs;

/// <summary>What a label key and a label value may look like: Kubernetes' rules (spec: job-model.md §4).</summary>
public static class LabelSyntax
{
    internal const string KeyHint = "letters, digits, - _ . and at most 63 characters, after an optional domain and /";
    internal const string ValueHint = "letters, digits, - _ . between letters or digits, at most 63 characters";

    private const int MaxNameLength = 63;
    private const int MaxDomainLength = 253;

    /// <summary>Whether a text can be a label key: a name, or a domain, a slash and a name.</summary>
    public static bool IsKey(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return IsName(text.AsSpan(slash + 1)) && (slash < 0 || IsDomain(text.AsSpan(0, slash)));
    }

    /// <summary>Whether a text can be a label value: empty, or built as a name.</summary>
    public static bool IsValue(string text) => text.Length == 0 || IsName(text);

    private static bool IsName(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxNameLength
        && char.IsAsciiLetterOrDigit(text[0])
        && char.IsAsciiLetterOrDigit(text[^1])
        && All(text, character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');

    private static bool IsDomain(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxDomainLength)
        {
            return false;
        }

        foreach (var part in text.Split('.'))
        {
            var label = text[part];
            if (label.Length == 0 || label[0] == '-' || label[^1] == '-'
                || !All(label, character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool All(ReadOnlySpan<char> text, Func<char, bool> holds)
    {
        foreach (var character in text)
        {
            if (!holds(character))
            {
                return false;
            }
        }

        return true;
    }
}
