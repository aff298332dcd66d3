using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bacalhau.Core.Jobs;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Bacalhau.Protocol.Jobs;

/// <summary>Turns YAML into JSON and remembers where each value stood.</summary>
/// <param name="Json">The JSON; empty when there is a problem.</param>
/// <param name="Lines">Line of each value.</param>
/// <param name="Problem">Why the text is no YAML; null when it is.</param>
internal sealed partial record YamlText(ReadOnlyMemory<byte> Json, SourceLines Lines, SpecProblem? Problem)
{
    public const int MaxDepth = 64;

    /// <summary>Values after aliases are written out; a short text can stand for very many.</summary>
    private const int MaxValues = 1_000_000;

    public static YamlText Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var text = Encoding.UTF8.GetString(bytes.Span);
            if (FindTooDeep(text) is { } line)
            {
                return Failed($"line {line}: more than {MaxDepth} levels inside each other");
            }

            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(reader);
            return stream.Documents.Count switch
            {
                0 => Failed("no content provided"),
                1 => new YamlWriter().Write(stream.Documents[0].RootNode),
                _ => Failed($"the file holds {stream.Documents.Count} documents, which are separated by ---; it must hold one job"),
            };
        }
        catch (YamlException problem)
        {
            return Failed($"line {problem.Start.Line}: {ReasonOf(problem)}", (int)problem.Start.Line);
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            // The library lets these through for some escapes and tags.
            return Failed(problem.Message);
        }
    }

    /// <summary>The library reads nested values by recursion, so depth is looked at before.</summary>
    private static long? FindTooDeep(string text)
    {
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current is MappingStart or SequenceStart ? 1 : parser.Current is MappingEnd or SequenceEnd ? -1 : 0;
            if (depth > MaxDepth)
            {
                return parser.Current!.Start.Line;
            }
        }

        return null;
    }

    private static YamlText Failed(string reason, int line = 0) => new(
        default, SourceLines.None, new SpecProblem("", $"converting yaml to json: yaml: {reason}", Code: SpecProblemCode.Syntax, Line: line));

    /// <summary>The library's sentence without "While parsing a node,".</summary>
    private static string ReasonOf(YamlException problem)
    {
        var reason = problem.Message;
        if (reason.StartsWith("While ", StringComparison.Ordinal) && reason.IndexOf(", ", StringComparison.Ordinal) is var comma and > 0)
        {
            reason = reason[(comma + 2)..];
        }

        return reason.TrimEnd('.');
    }

    [GeneratedRegex(@"^[-+]?[0-9]+$")]
    private static partial Regex WholePattern();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex FractionPattern();

    [GeneratedRegex("^(0o[0-7]{1,21}|0x[0-9a-fA-F]{1,15})$")]
    private static partial Regex BasePattern();

    /// <summary>Writes one document; made for one use.</summary>
    private sealed class YamlWriter
    {
        private readonly ArrayBufferWriter<byte> buffer = new();
        private readonly SourceLines lines = new();
        private int values;

        public YamlText Write(YamlNode root)
        {
            using (var writer = new Utf8JsonWriter(buffer))
            {
                Write(writer, root, "", 0);
            }

            return new YamlText(buffer.WrittenMemory, lines, null);
        }

        private void Write(Utf8JsonWriter writer, YamlNode node, string path, int depth)
        {
            Count(node, depth);
            lines.Add(path, (int)node.Start.Line);
            switch (node)
            {
                case YamlMappingNode mapping:
                    WriteMapping(writer, mapping, path, depth);
                    break;
                case YamlSequenceNode sequence:
                    writer.WriteStartArray();
                    for (var index = 0; index < sequence.Children.Count; index++)
                    {
                        Write(writer, sequence.Children[index], $"{path}[{index}]", depth + 1);
                    }

                    writer.WriteEndArray();
                    break;
                default:
                    WriteScalar(writer, (YamlScalarNode)node);
                    break;
            }
        }

        private void Count(YamlNode node, int depth)
        {
            if (depth > MaxDepth)
            {
                throw new YamlException(node.Start, node.End, $"more than {MaxDepth} levels inside each other");
            }

            if (++values > MaxValues)
            {
                throw new YamlException(node.Start, node.End, $"more than {MaxValues} values after its aliases are written out");
            }
        }

        private void WriteMapping(Utf8JsonWriter writer, YamlMappingNode mapping, string path, int depth)
        {
            writer.WriteStartObject();
            foreach (var (name, keyLine, value) in Fields(mapping, depth))
            {
                var place = path.Length == 0 ? name : $"{path}.{name}";
                lines.Add(place, keyLine);
                writer.WritePropertyName(name);
                Write(writer, value, place, depth + 1);
            }

            writer.WriteEndObject();
        }

        /// <summary>The mapping's own fields, and those of the mappings that its key <c>&lt;&lt;</c> merges in and that it does not have.</summary>
        private IEnumerable<(string Name, int Line, YamlNode Value)> Fields(YamlMappingNode mapping, int depth)
        {
            var own = new HashSet<string>(StringComparer.Ordinal);
            var merged = new List<YamlMappingNode>();
            foreach (var (key, value) in mapping.Children)
            {
                if (key is not YamlScalarNode { Value: var name })
                {
                    throw new YamlException(key.Start, key.End, "the name of a field is not a text");
                }

                if (name == "<<" && ((YamlScalarNode)key).Style == ScalarStyle.Plain && value is YamlMappingNode or YamlSequenceNode)
                {
                    merged.AddRange(value is YamlMappingNode one ? [one] : ((YamlSequenceNode)value).Children.OfType<YamlMappingNode>());
                }
                else if (own.Add(name ?? ""))
                {
                    yield return (name ?? "", (int)key.Start.Line, value);
                }
            }

            Count(mapping, depth);
            foreach (var field in merged.SelectMany(other => Fields(other, depth + 1)).Where(field => own.Add(field.Name)))
            {
                yield return field;
            }
        }

        private static void WriteScalar(Utf8JsonWriter writer, YamlScalarNode scalar)
        {
            var text = scalar.Value ?? "";
            if (scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str"))
            {
                writer.WriteStringValue(text);
                return;
            }

            switch (text)
            {
                case "" or "~" or "null" or "Null" or "NULL":
                    writer.WriteNullValue();
                    break;
                case "true" or "True" or "TRUE":
                    writer.WriteBooleanValue(true);
                    break;
                case "false" or "False" or "FALSE":
                    writer.WriteBooleanValue(false);
                    break;
                default:
                    WriteNumberOrText(writer, text);
                    break;
            }
        }

        private static void WriteNumberOrText(Utf8JsonWriter writer, string text)
        {
            if (WholePattern().IsMatch(text))
            {
                var digits = text.TrimStart('+', '-').TrimStart('0');
                writer.WriteRawValue(digits.Length == 0 ? "0" : text[0] == '-' ? "-" + digits : digits);
            }
            else if (FractionPattern().IsMatch(text) && double.TryParse(text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            {
                writer.WriteRawValue(Protocol.Json.GoNumber.Format(number));
            }
            else if (BasePattern().IsMatch(text))
            {
                writer.WriteNumberValue(Convert.ToInt64(text[2..], text[1] == 'o' ? 8 : 16));
            }
            else
            {
                writer.WriteStringValue(text);
            }
        }
    }
}
