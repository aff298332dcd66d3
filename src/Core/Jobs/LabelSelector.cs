using System.Collections.Immutable;
using System.Globalization;

namespace Bacalhau.Core.Jobs;

/// <summary>Requirements on labels: what they mean, and their rules (spec: job-model.md §4).</summary>
public static class LabelSelector
{
    /// <summary>Whether labels meet every requirement. One that validation would refuse is not met.</summary>
    public static bool Matches(ImmutableArray<LabelRequirement> requirements, ImmutableSortedDictionary<string, string> labels) =>
        requirements.All(requirement => Matches(requirement, labels));

    /// <summary>Whether labels meet a requirement.</summary>
    public static bool Matches(LabelRequirement requirement, ImmutableSortedDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(requirement.Key, out var label);
        var listed = present && requirement.Values.Contains(label!, StringComparer.Ordinal);
        return requirement.Operator switch
        {
            "in" or "=" or "==" => listed,
            "notin" or "!=" => !listed,
            "exists" => present,
            "!" => !present,
            "gt" => present && Compare(label!, requirement.Values) > 0,
            "lt" => present && Compare(label!, requirement.Values) < 0,
            _ => false,
        };
    }

    /// <summary>A requirement as people write it, such as <c>zone in (a,b)</c>.</summary>
    public static string Format(LabelRequirement requirement)
    {
        var values = string.Join(',', requirement.Values);
        return requirement.Operator switch
        {
            "exists" => requirement.Key,
            "!" => $"!{requirement.Key}",
            "in" or "notin" => $"{requirement.Key} {requirement.Operator} ({values})",
            "gt" => $"{requirement.Key}>{values}",
            "lt" => $"{requirement.Key}<{values}",
            _ => $"{requirement.Key}{requirement.Operator}{values}",
        };
    }

    internal static void Check(LabelRequirement requirement, int index, SpecProblems problems)
    {
        var path = $"Constraints[{index}]";
        var name = $"constraint {index + 1}";
        CheckKey(requirement, path, name, problems);
        var count = requirement.Values.Length;
        switch (requirement.Operator)
        {
            case "in" or "notin" when count == 0:
                problems.Add($"{path}.Values", $"{name}: the operator {requirement.Operator} needs at least one value", code: SpecProblemCode.Missing);
                break;
            case "exists" or "!" when count > 0:
                problems.Add($"{path}.Values", $"{name}: the operator {requirement.Operator} takes no values");
                break;
            case "=" or "==" or "!=" or "gt" or "lt" when count != 1:
                problems.Add($"{path}.Values", $"{name}: the operator {requirement.Operator} needs exactly one value, not {count}");
                break;
            case "gt" or "lt" when !TryParse(requirement.Values[0], out _):
                problems.Add($"{path}.Values[0]", $"{name}: '{requirement.Values[0]}' is no whole number to compare with");
                break;
            case "in" or "notin" or "exists" or "!" or "=" or "==" or "!=" or "gt" or "lt":
                break;
            default:
                problems.Add(
                    $"{path}.Operator", $"{name}: the operator '{requirement.Operator}' does not exist", "it is one of in, notin, =, ==, !=, exists, !, gt, lt");
                break;
        }

        for (var position = 0; position < count; position++)
        {
            if (!LabelSyntax.IsValue(requirement.Values[position]))
            {
                problems.Add($"{path}.Values[{position}]", $"{name}: '{requirement.Values[position]}' is no label value", LabelSyntax.ValueHint);
            }
        }
    }

    private static void CheckKey(LabelRequirement requirement, string path, string name, SpecProblems problems)
    {
        const string Preference = Scheduling.JobDemands.PreferencePrefix;
        var key = requirement.Key.StartsWith(Preference, StringComparison.Ordinal) ? requirement.Key[Preference.Length..] : requirement.Key;
        if (string.IsNullOrWhiteSpace(key))
        {
            problems.Add($"{path}.Key", $"{name}: the key is missing", "name the label", SpecProblemCode.Missing);
        }
        else if (!LabelSyntax.IsKey(key))
        {
            problems.Add($"{path}.Key", $"{name}: '{key}' is no label key", LabelSyntax.KeyHint);
        }
    }

    private static int Compare(string label, ImmutableArray<string> values) =>
        values.Length == 1 && TryParse(label, out var left) && TryParse(values[0], out var right) ? left.CompareTo(right) : 0;

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
