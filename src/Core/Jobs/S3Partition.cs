using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Bacalhau.Core.Jobs;

/// <summary>
/// How the objects of an S3 input are divided over the executions of a job: by the hash of a text of each key, so that all that have the same text go to the same one
/// (spec: engines-storage-publishers.md §4.1). An object without such a text goes to the first.
/// </summary>
public sealed class S3Partition
{
    private const string Owner = "the S3 input's Partition";
    private const string GroupSeparator = "\u001f";
    private static readonly string[] _types = ["none", "object", "regex", "substring", "date"];
    private readonly Func<string, string, string>? textOf;

    private S3Partition(Func<string, string, string>? textOf) => this.textOf = textOf;

    /// <summary>Every execution gets everything.</summary>
    public static S3Partition None { get; } = new(null);

    /// <summary>Whether executions get different objects.</summary>
    public bool IsDivided => textOf is not null;

    /// <summary>Which partition an object belongs to; null is all of them.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="rest">What of the key follows the prefix.</param>
    /// <param name="count">Number of partitions.</param>
    public int? Of(string key, string rest, int count) =>
        textOf is null || count <= 1 ? null : textOf(key, rest) is { Length: > 0 } text ? (int)(Hash(text) % (uint)count) : 0;

    internal static S3Partition Read(ParamReader outer)
    {
        if (outer.Inner("Partition", Owner) is not { } reader)
        {
            return None;
        }

        var type = reader.Text("Type") ?? "";
        var pattern = S3InputParams.ReadExpression(reader, "Pattern");
        var (start, end) = (reader.Integer("StartIndex") ?? 0, reader.Integer("EndIndex") ?? 0);
        var format = reader.Text("DateFormat") ?? "";
        switch (type)
        {
            case "" or "none":
                return None;
            case "object":
                return new S3Partition((key, _) => key);
            case "regex":
                CheckGiven(reader, "Pattern", reader.Text("Pattern"), "such as ^user(\\d+)/");
                return new S3Partition(Matched(S3InputParams.Expression(pattern)));
            case "substring":
                if (start < 0 || end <= start)
                {
                    reader.Report("EndIndex", $"{Owner} needs a StartIndex from 0, and an EndIndex above it", "the first character, and the one after the last");
                }

                return new S3Partition((_, rest) => Substring(rest, start, end));
            case "date":
                CheckGiven(reader, "DateFormat", format, "such as 2006-01-02");
                return new S3Partition(Dated(DateLayout.Read(reader, format)));
            default:
                reader.Report("Type", $"{Owner} has the unknown Type '{type}'", $"one of {string.Join(", ", _types)}");
                return None;
        }
    }

    private static void CheckGiven(ParamReader reader, string name, string? value, string hint)
    {
        if (string.IsNullOrEmpty(value))
        {
            reader.Report(name, $"{Owner} of this Type needs {name}", hint, SpecProblemCode.Missing);
        }
    }

    private static Func<string, string, string> Matched(Regex pattern) => (_, rest) =>
    {
        var match = pattern.Match(rest);
        var groups = match.Groups.Values.Skip(1).Select(group => group.Value).Where(text => text.Length > 0).ToList();
        return groups.Count > 0 ? string.Join(GroupSeparator, groups) : match.Value;
    };

    /// <summary>Counted in code points.</summary>
    private static string Substring(string text, int start, int end)
    {
        var runes = text.EnumerateRunes().ToList();
        return runes.Count < end ? "" : string.Concat(runes[start..end]);
    }

    private static Func<string, string, string> Dated(DateLayout layout) => (_, rest) => layout.Find(rest);

    /// <summary>FNV-1a, 32 bits.</summary>
    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var part in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked((hash ^ part) * 16777619u);
        }

        return hash;
    }

    /// <summary>A date at the beginning of a text, in the notation of the reference: an example that shows 2 January 2006, 15:04:05. Only what has a fixed length can be read.</summary>
    private sealed class DateLayout
    {
        private static readonly (string Example, string Format)[] _parts =
            [("2006", "yyyy"), ("Jan", "MMM"), ("01", "MM"), ("02", "dd"), ("15", "HH"), ("04", "mm"), ("05", "ss"), ("06", "yy")];

        private readonly string format;
        private readonly int length;

        private DateLayout(string format, int length) => (this.format, this.length) = (format, length);

        public static DateLayout Read(ParamReader reader, string example)
        {
            var format = new StringBuilder();
            for (var at = 0; at < example.Length;)
            {
                var (text, part) = _parts.FirstOrDefault(known => string.CompareOrdinal(example, at, known.Example, 0, known.Example.Length) == 0);
                if (part is null && char.IsAsciiLetterOrDigit(example[at]) && example[at] != 'T')
                {
                    reader.Report("DateFormat", $"{Owner} has a DateFormat that cannot be read at '{example[at..]}'", "an example that shows 2006-01-02 15:04:05, or Jan for the month");
                    break;
                }

                format.Append(part ?? $"\\{example[at]}");
                at += part is null ? 1 : text.Length;
            }

            return new DateLayout(format.Length == 1 ? "%" + format : format.ToString(), example.Length);
        }

        /// <summary>The date as it stands there; empty for none.</summary>
        public string Find(string text) =>
            text.Length >= length && DateTimeOffset.TryParseExact(text[..length], format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) ? text[..length] : "";
    }
}
