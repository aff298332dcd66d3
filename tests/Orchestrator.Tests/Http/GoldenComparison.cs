using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>Compares an answer with the recorded one and says where they differ.</summary>
internal static partial class GoldenComparison
{
    private static readonly string[] _versionHeaders =
        ["X-Bacalhau-Git-Version", "X-Bacalhau-Git-Commit", "X-Bacalhau-Build-Date", "X-Bacalhau-Build-OS", "X-Bacalhau-Arch"];

    private static readonly string[] _optional =
    [
        "Message", "Details", "PartitionIndex", "Phase", "Params", "Env", "Meta", "InputSources", "ResultPaths", "ExecutionID", "LastError", "LostSince", "Values",
        "CPU", "Memory", "Disk", "GPU", "Ports", "ExecutionTimeout", "QueueTimeout", "TotalTimeout", "Major", "Minor",
        "LastComputeSeqNum", "LastOrchestratorSeqNum", "NodeChoice"];

    public static IEnumerable<string> Headers(JsonElement expected, GoldenAnswer actual)
    {
        foreach (var header in expected.EnumerateObject())
        {
            if (header.Name == "standard")
            {
                foreach (var name in _versionHeaders.Where(name => !actual.Headers.ContainsKey(name)))
                {
                    yield return $"header {name} is missing";
                }

                if (!actual.Headers.ContainsKey("X-Request-Id"))
                {
                    yield return "header X-Request-Id is missing";
                }
            }
            else if (!MatchesText(header.Value.GetString()!, actual.Headers.GetValueOrDefault(header.Name, "")))
            {
                yield return $"header {header.Name} is \"{actual.Headers.GetValueOrDefault(header.Name)}\", not \"{header.Value}\"";
            }
        }
    }

    /// <summary>Differences of two documents up to placeholders.</summary>
    public static IEnumerable<string> Exact(JsonElement expected, JsonElement actual, string path = "$")
    {
        if (expected.ValueKind == JsonValueKind.String && actual.ValueKind == JsonValueKind.String)
        {
            return MatchesText(expected.GetString()!, actual.GetString()!) ? [] : [$"{path} is {actual}, not {expected}"];
        }

        if (expected.ValueKind != actual.ValueKind)
        {
            return [$"{path} is {actual.GetRawText()}, not {expected.GetRawText()}"];
        }

        return expected.ValueKind switch
        {
            JsonValueKind.Object => Objects(expected, actual, path, Exact),
            JsonValueKind.Array when expected.GetArrayLength() != actual.GetArrayLength() =>
                [$"{path} has {actual.GetArrayLength()} items, not {expected.GetArrayLength()}"],
            JsonValueKind.Array => expected.EnumerateArray().Zip(actual.EnumerateArray()).SelectMany((pair, index) => Exact(pair.First, pair.Second, $"{path}[{index}]")),
            JsonValueKind.Number when IsPerRun(path) => [],
            _ => expected.GetRawText() == actual.GetRawText() ? [] : [$"{path} is {actual.GetRawText()}, not {expected.GetRawText()}"],
        };
    }

    /// <summary>Differences of two documents in keys, their order, and types; of arrays, the first items are compared.</summary>
    public static IEnumerable<string> Shape(JsonElement expected, JsonElement actual, string path = "$")
    {
        if (expected.ValueKind is JsonValueKind.True or JsonValueKind.False && actual.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return [];
        }

        if (expected.ValueKind != actual.ValueKind)
        {
            return [$"{path} is {actual.ValueKind}, not {expected.ValueKind}"];
        }

        return expected.ValueKind switch
        {
            JsonValueKind.Object when IsFree(path) => [],
            JsonValueKind.Object => Objects(WithoutOptional(expected, actual), WithoutOptional(actual, expected), path, Shape),
            JsonValueKind.Array when expected.GetArrayLength() > 0 != actual.GetArrayLength() > 0 && IsList(path) =>
                [$"{path} has {actual.GetArrayLength()} items, not {expected.GetArrayLength()}"],
            JsonValueKind.Array => expected.EnumerateArray().Zip(actual.EnumerateArray()).Take(1).SelectMany(pair => Shape(pair.First, pair.Second, path + "[]")),
            _ => [],
        };
    }

    /// <summary>Differences in what has a meaning beyond its type: states, names of listed jobs in their order, and whether a page is the last.</summary>
    public static IEnumerable<string> States(JsonElement expected, JsonElement actual)
    {
        (string Name, Func<JsonElement, string> Read)[] facts =
        [
            ("the state of the job", document => Text(document, "Job", "State", "StateType")),
            ("whether this is the last page", document => (Text(document, "NextToken").Length == 0).ToString()),
            ("the jobs", document => Names(document)),
            ("the nodes", document => Nodes(document)),
        ];
        return from fact in facts
               let wanted = fact.Read(expected)
               let found = fact.Read(actual)
               where wanted != found && !(fact.Name == "the jobs" && wanted.Length == 0)
               select $"{fact.Name}: {found}, not {wanted}";
    }

    private static string Text(JsonElement document, params string[] path)
    {
        foreach (var name in path)
        {
            if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty(name, out document))
            {
                return "";
            }
        }

        return document.ToString();
    }

    private static string Names(JsonElement document) => document.TryGetProperty("Items", out var items)
        ? string.Join(' ', items.EnumerateArray().Select(item => Text(item, "Name")).Where(name => name.StartsWith("page-", StringComparison.Ordinal)))
        : "";

    private static string Nodes(JsonElement document) => document.TryGetProperty("Nodes", out var nodes) ? string.Join(' ', nodes.EnumerateArray().Select(Node))
        : document.TryGetProperty("Node", out var node) ? Node(node)
        : "";

    private static string Node(JsonElement node) => $"{Text(node, "Info", "NodeType")}/{Text(node, "Membership")}/{Text(node, "Connection")}";

    /// <summary>Keys that are left out when empty, so that they come and go with the job: they count where both documents have them.</summary>
    private static JsonElement WithoutOptional(JsonElement document, JsonElement other)
    {
        var kept = document.EnumerateObject().Where(property => !_optional.Contains(property.Name) || other.TryGetProperty(property.Name, out _));
        return JsonElement.Parse($"{{{string.Join(',', kept.Select(property => $"\"{property.Name}\":{property.Value.GetRawText()}"))}}}");
    }

    private static bool IsList(string path) => path.EndsWith(".Items", StringComparison.Ordinal) || path.EndsWith(".Nodes", StringComparison.Ordinal);

    private static IEnumerable<string> Objects(
        JsonElement expected, JsonElement actual, string path, Func<JsonElement, JsonElement, string, IEnumerable<string>> compare)
    {
        var wanted = expected.EnumerateObject().Select(property => property.Name).ToList();
        var found = actual.EnumerateObject().Select(property => property.Name).ToList();
        return wanted.SequenceEqual(found)
            ? wanted.SelectMany(name => compare(expected.GetProperty(name), actual.GetProperty(name), $"{path}.{name}"))
            : [$"{path} has the keys {string.Join(",", found)}, not {string.Join(",", wanted)}"];
    }

    /// <summary>Maps whose keys are the user's.</summary>
    private static bool IsFree(string path) => FreePattern().IsMatch(path);

    private static bool IsPerRun(string path) => path.EndsWith("CreateTime", StringComparison.Ordinal) || path.EndsWith("ModifyTime", StringComparison.Ordinal)
        || path.EndsWith("Port", StringComparison.Ordinal);

    private static bool MatchesText(string expected, string actual)
    {
        if (expected.StartsWith("<message>", StringComparison.Ordinal))
        {
            return actual.Length > 0;
        }

        var pattern = Regex.Replace(Regex.Escape(expected), "<[^>]*>", ".+");
        return Regex.IsMatch(actual, $"^(?:{pattern})$", RegexOptions.Singleline);
    }

    [GeneratedRegex(@"\.(Params|Labels|Meta|Details|Env|Methods)$")]
    private static partial Regex FreePattern();
}
