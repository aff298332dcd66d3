using System.Collections.Immutable;
using System.Globalization;

namespace Bacalhau.Core.Jobs;

/// <summary>Whether labels satisfy requirements (spec: job-model.md §4).</summary>
public static class LabelMatching
{
    /// <summary>Prefix of a key that states a preference, not a requirement.</summary>
    public const string PreferencePrefix = "favour_";

    /// <summary>Whether a requirement states a preference only.</summary>
    public static bool IsPreference(this LabelRequirement requirement) => requirement.Key.StartsWith(PreferencePrefix, StringComparison.Ordinal);

    /// <summary>Whether the labels satisfy the requirement; a preference's key is taken without its prefix.</summary>
    public static bool IsSatisfiedBy(this LabelRequirement requirement, ImmutableSortedDictionary<string, string> labels)
    {
        var key = requirement.IsPreference() ? requirement.Key[PreferencePrefix.Length..] : requirement.Key;
        var value = labels.GetValueOrDefault(key);
        var operand = requirement.Values.Length > 0 ? requirement.Values[0] : "";
        return requirement.Operator switch
        {
            "in" => value is not null && requirement.Values.Contains(value),
            "notin" => value is null || !requirement.Values.Contains(value),
            "=" or "==" => value == operand,
            "!=" => value != operand,
            "exists" => value is not null,
            "!" => value is null,
            "gt" => Compare(value, operand) > 0,
            "lt" => Compare(value, operand) < 0,
            _ => false,
        };
    }

    /// <summary>The requirement in the textual selector syntax, for messages.</summary>
    public static string ToText(this LabelRequirement requirement) => requirement.Operator switch
    {
        "exists" => requirement.Key,
        "!" => $"!{requirement.Key}",
        "in" or "notin" => $"{requirement.Key} {requirement.Operator} ({string.Join(", ", requirement.Values)})",
        "gt" => $"{requirement.Key}>{string.Join(", ", requirement.Values)}",
        "lt" => $"{requirement.Key}<{string.Join(", ", requirement.Values)}",
        _ => $"{requirement.Key}{requirement.Operator}{string.Join(", ", requirement.Values)}",
    };

    private static int? Compare(string? value, string operand) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(operand, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : null;
}
