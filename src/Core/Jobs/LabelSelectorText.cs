using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Reads selectors as people write them: <c>zone in (a,b),!gone,size&gt;4</c> (spec: job-model.md §4).</summary>
public static class LabelSelectorText
{
    private static readonly string[] _symbols = ["!=", "==", "=", ">", "<"];

    /// <summary>
    /// The requirements, sorted by key, with the values sorted, as the reference sends them; empty for a blank text. False with a reason when the text is none.
    /// </summary>
    public static bool TryParse(string text, out ImmutableArray<LabelRequirement> requirements, out string reason)
    {
        var found = ImmutableArray.CreateBuilder<LabelRequirement>();
        requirements = [];
        reason = "";
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        foreach (var part in Parts(text))
        {
            if (ParseOne(part.Trim()) is not { } requirement)
            {
                reason = $"'{part.Trim()}' is no requirement: write key, !key, key=value, key!=value, key in (a,b), key notin (a,b), key>1 or key<1";
                return false;
            }

            var problems = new SpecProblems();
            LabelSelector.Check(requirement, found.Count, problems);
            if (!problems.IsEmpty)
            {
                reason = string.Join("; ", problems.ToImmutable());
                return false;
            }

            found.Add(requirement);
        }

        requirements = [.. found.OrderBy(requirement => requirement.Key, StringComparer.Ordinal)];
        return true;
    }

    /// <summary>The text cut at commas outside parentheses.</summary>
    private static IEnumerable<string> Parts(string text)
    {
        var start = 0;
        var depth = 0;
        for (var index = 0; index < text.Length; index++)
        {
            depth += text[index] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[index] == ',' && depth <= 0)
            {
                yield return text[start..index];
                start = index + 1;
            }
        }

        yield return text[start..];
    }

    private static LabelRequirement? ParseOne(string text)
    {
        if (text.StartsWith('!'))
        {
            return Requirement(text[1..], "!");
        }

        foreach (var symbol in _symbols)
        {
            var at = text.IndexOf(symbol, StringComparison.Ordinal);
            if (at >= 0)
            {
                return Requirement(text[..at], symbol switch { ">" => "gt", "<" => "lt", _ => symbol }, text[(at + symbol.Length)..].Trim());
            }
        }

        return text.EndsWith(')') ? ParseSet(text) : text.Contains('(', StringComparison.Ordinal) ? null : Requirement(text, "exists");
    }

    private static LabelRequirement? ParseSet(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var words = open < 0 ? [] : text[..open].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words is [var key, "in" or "notin"]
            ? Requirement(key, words[1], [.. text[(open + 1)..^1].Split(',').Select(value => value.Trim()).Distinct().Order(StringComparer.Ordinal)])
            : null;
    }

    private static LabelRequirement Requirement(string key, string token, params ImmutableArray<string> values) =>
        new() { Key = key.Trim(), Operator = token, Values = values };
}
