using System.Globalization;
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

/// <summary>One line of the table (forms: Golden/README.md). A later line beats an earlier one.</summary>
/// <param name="Tier">How the cases are compared.</param>
/// <param name="Pattern">Which cases.</param>
/// <param name="Reason">Rule of a difference, or what is missing for a case for later.</param>
/// <param name="Status">Our status where it differs.</param>
/// <param name="Scene">State of the cluster (<see cref="Scenes"/>); empty to find one that fits.</param>
internal sealed record GoldenRule(GoldenTier Tier, string Pattern, string Reason, int Status, string Scene)
{
    public static GoldenRule Parse(string[] words) => words switch
    {
        ["different", var pattern, var rule, var status, .. var scene] =>
            new(GoldenTier.Different, pattern, rule, int.Parse(status, CultureInfo.InvariantCulture), scene is [var name] ? name : ""),
        ["later", var pattern, var reason] => new(GoldenTier.Later, pattern, reason, 0, ""),
        [var tier, var pattern, .. var scene] => new(Enum.Parse<GoldenTier>(tier, ignoreCase: true), pattern, "", 0, scene is [var name] ? name : ""),
        _ => throw new FormatException($"no line of the table: {string.Join(' ', words)}"),
    };

    public bool Covers(string id) => Covers(Pattern, id);

    public static bool Covers(string pattern, string id) => Regex.IsMatch(id, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$");
}

/// <summary>The table in Golden/tiers.txt.</summary>
internal static class GoldenTable
{
    public static IReadOnlyList<GoldenRule> Rules { get; } =
    [
        .. from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "tiers.txt"))
           let text = line.Split('#')[0].Trim()
           where text.Length > 0
           select GoldenRule.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];

    private static readonly Dictionary<string, GoldenRule?> _ruleOfCase =
        GoldenCase.All.Keys.ToDictionary(id => id, id => Rules.LastOrDefault(rule => rule.Covers(id)));

    public static GoldenRule? RuleOf(string id) => _ruleOfCase[id];

    public static IEnumerable<string> CasesOf(GoldenTier tier) => GoldenCase.All.Keys.Where(id => RuleOf(id)?.Tier == tier);
}
