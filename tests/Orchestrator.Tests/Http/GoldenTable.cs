using System.Text.RegularExpressions;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>How strictly a case is compared.</summary>
internal enum GoldenTier
{
    /// <summary>Status, headers and body, up to placeholders and prose.</summary>
    Exact,

    /// <summary>Status, and the keys and types of the body, against a cluster in a like state.</summary>
    Shape,

    /// <summary>The frames of a log stream and its close, from a node that has the recorded output.</summary>
    Stream,

    /// <summary>Ours answers otherwise on purpose; the table says with which status, and docs/compatibility-http.md why.</summary>
    Different,

    /// <summary>Not built yet.</summary>
    Later,
}

/// <summary>One line of the table: <c>tier pattern [rule status]</c>. A later line beats an earlier one.</summary>
internal sealed record GoldenRule(GoldenTier Tier, string Pattern, string Rule, int Status)
{
    public bool Covers(string id) => Regex.IsMatch(id, $"^{Regex.Escape(Pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$");
}

/// <summary>The table in Golden/tiers.txt.</summary>
internal static class GoldenTable
{
    public static IReadOnlyList<GoldenRule> Rules { get; } =
    [
        .. from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "tiers.txt"))
           let text = line.Split('#')[0].Trim()
           where text.Length > 0
           let words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           select new GoldenRule(
               Enum.Parse<GoldenTier>(words[0], ignoreCase: true), words[1], words.Length > 2 ? words[2] : "", words.Length > 3 ? int.Parse(words[3]) : 0),
    ];

    private static readonly Dictionary<string, GoldenRule?> _ruleOfCase =
        GoldenCase.All.Keys.ToDictionary(id => id, id => Rules.LastOrDefault(rule => rule.Covers(id)));

    public static GoldenRule? RuleOf(string id) => _ruleOfCase[id];

    public static IEnumerable<string> CasesOf(GoldenTier tier) => GoldenCase.All.Keys.Where(id => RuleOf(id)?.Tier == tier);
}
