using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bacalhau.Cli.Output;

/// <summary>Writes JSON documents as YAML.</summary>
internal sealed class YamlText(int step, bool indentsLists)
{
    private const int BestWidth = 80;
    private readonly StringBuilder text = new();

    /// <summary>The document in the form of API objects: keys sorted, two spaces, lists not indented.</summary>
    public static string OfObject(JsonNode? node) => new YamlText(2, indentsLists: false).Write(Sorted(node));

    /// <summary>The document in the form of configuration files: keys as they come, four spaces, lists indented.</summary>
    public static string OfConfig(JsonNode? node) => new YamlText(4, indentsLists: true).Write(node);

    private string Write(JsonNode? node)
    {
        if (IsEmptyOrScalar(node))
            AppendScalar(node, step);
        else
            Append(node!, 0, startsLine: true);
        return text.ToString();
    }

    private void Append(JsonNode node, int indent, bool startsLine)
    {
        if (node is JsonObject map)
        {
            foreach (var (name, value) in map)
            {
                text.Append(' ', startsLine ? indent : 0).Append(YamlScalar.Quote(name)).Append(':');
                startsLine = true;
                AppendValue(value, indent);
            }
            return;
        }
        foreach (var item in (JsonArray)node)
        {
            text.Append(' ', startsLine ? indent : 0).Append("- ");
            startsLine = true;
            if (IsEmptyOrScalar(item))
                AppendScalar(item, indent + 2);
            else
                Append(item!, indent + 2, startsLine: false);
        }
    }

    private void AppendValue(JsonNode? value, int indent)
    {
        if (IsEmptyOrScalar(value))
        {
            text.Append(' ');
            AppendScalar(value, indent + step);
            return;
        }
        text.Append('\n');
        Append(value!, value is JsonArray && !indentsLists ? indent : indent + step, startsLine: true);
    }

    private static bool IsEmptyOrScalar(JsonNode? node) => node is null or JsonValue or JsonObject { Count: 0 } or JsonArray { Count: 0 };

    private void AppendScalar(JsonNode? node, int indent)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
            text.Append(node switch { null => "null", JsonObject => "{}", JsonArray => "[]", _ => node.ToJsonString() });
        else if (value.GetValue<string>() is var content && YamlScalar.IsBlock(content))
            text.Append(YamlScalar.Block(content, indent));
        else
            AppendFolded(YamlScalar.Quote(content), indent);
        text.Append('\n');
    }

    /// <summary>Writes a text that goes on in the next line at the first single blank after the line's best width.</summary>
    private void AppendFolded(string scalar, int indent)
    {
        var column = Column();
        var mayFold = !scalar.StartsWith('"');
        for (var index = 0; index < scalar.Length; index++)
        {
            var isSingleBlank = index > 0 && index + 1 < scalar.Length && scalar[index] == ' ' && scalar[index - 1] != ' ' && scalar[index + 1] != ' ';
            if (mayFold && isSingleBlank && column > BestWidth)
            {
                text.Append('\n').Append(' ', indent);
                column = indent;
                continue;
            }
            text.Append(scalar[index]);
            column++;
        }
    }

    private int Column()
    {
        var start = text.Length;
        while (start > 0 && text[start - 1] != '\n')
            start--;
        return text.Length - start;
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, Sorted(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
