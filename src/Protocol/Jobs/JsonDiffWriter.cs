using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bacalhau.Protocol.Jobs;

/// <summary>Writes how two JSON objects differ: of each object only the changed members, of each list of values all changed lines with what is around them.</summary>
internal sealed class JsonDiffWriter
{
    /// <summary>Longer values are cut: an input may be written into the job.</summary>
    private const int MostCharacters = 200;

    /// <summary>Equal values of a list that are shown on each side of a change.</summary>
    private const int Context = 3;

    private readonly StringBuilder text = new();

    private JsonDiffWriter()
    {
    }

    public static string Write(JsonElement old, JsonElement changed)
    {
        var writer = new JsonDiffWriter();
        writer.WriteObject(old, changed, 0);
        return writer.text.ToString();
    }

    private void WriteObject(JsonElement old, JsonElement changed, int depth)
    {
        foreach (var member in old.EnumerateObject())
        {
            WriteMember(member.Name, member.Value, changed.TryGetProperty(member.Name, out var value) ? value : null, depth);
        }

        foreach (var member in changed.EnumerateObject().Where(member => !old.TryGetProperty(member.Name, out _)))
        {
            WriteMember(member.Name, null, member.Value, depth);
        }
    }

    private void WriteMember(string name, JsonElement? old, JsonElement? changed, int depth)
    {
        if (old is not { } before || changed is not { } after)
        {
            WriteAll('-', name, old, depth);
            WriteAll('+', name, changed, depth);
        }
        else if (JsonElement.DeepEquals(before, after))
        {
            return;
        }
        else if (IsFilled(before, JsonValueKind.Object) && IsFilled(after, JsonValueKind.Object))
        {
            WriteLine(' ', depth, $"{name}:");
            WriteObject(before, after, depth + 1);
        }
        else if (IsFilled(before, JsonValueKind.Array) && IsFilled(after, JsonValueKind.Array))
        {
            WriteArray(name, before, after, depth);
        }
        else
        {
            WriteAll('-', name, old, depth);
            WriteAll('+', name, changed, depth);
        }
    }

    private void WriteArray(string name, JsonElement old, JsonElement changed, int depth)
    {
        JsonElement[] before = [.. old.EnumerateArray()];
        JsonElement[] after = [.. changed.EnumerateArray()];
        if (before.Concat(after).All(item => item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)))
        {
            WriteLine(' ', depth, $"{name}:");
            WriteValues(before, after, depth + 1);
            return;
        }

        for (var index = 0; index < Math.Max(before.Length, after.Length); index++)
        {
            WriteMember($"{name}[{index}]", index < before.Length ? before[index] : null, index < after.Length ? after[index] : null, depth);
        }
    }

    /// <summary>Values at both ends that are equal stay; all between the ends is taken out and put in.</summary>
    private void WriteValues(JsonElement[] old, JsonElement[] changed, int depth)
    {
        var start = CountEqual(old, changed);
        var end = CountEqual(old.Skip(start).Reverse(), changed.Skip(start).Reverse());
        WriteEqual(old[Math.Max(0, start - Context)..start], start - Context, isBefore: true);
        WriteLines('-', old[start..^end].Select(Shown));
        WriteLines('+', changed[start..^end].Select(Shown));
        WriteEqual(old[^end..][..Math.Min(end, Context)], end - Context, isBefore: false);

        static int CountEqual(IEnumerable<JsonElement> some, IEnumerable<JsonElement> others) =>
            some.Zip(others).TakeWhile(pair => JsonElement.DeepEquals(pair.First, pair.Second)).Count();

        void WriteEqual(JsonElement[] shown, int hidden, bool isBefore)
        {
            string[] note = hidden > 0 ? [$"… {hidden} more"] : [];
            var lines = shown.Select(Shown);
            WriteLines(' ', isBefore ? [.. note, .. lines] : [.. lines, .. note]);
        }

        void WriteLines(char mark, IEnumerable<string> lines)
        {
            foreach (var line in lines)
            {
                WriteLine(mark, depth, line);
            }
        }
    }

    /// <summary>A value with all that is in it.</summary>
    private void WriteAll(char mark, string name, JsonElement? value, int depth)
    {
        if (value is not { } element)
        {
            return;
        }

        if (IsFilled(element, JsonValueKind.Object))
        {
            WriteLine(mark, depth, $"{name}:");
            foreach (var member in element.EnumerateObject())
            {
                WriteAll(mark, member.Name, member.Value, depth + 1);
            }
        }
        else if (IsFilled(element, JsonValueKind.Array))
        {
            foreach (var (index, item) in element.EnumerateArray().Index())
            {
                WriteAll(mark, $"{name}[{index}]", item, depth);
            }
        }
        else
        {
            WriteLine(mark, depth, $"{name}: {Shown(element)}");
        }
    }

    private void WriteLine(char mark, int depth, string line) => text.Append(mark).Append(' ').Append(' ', 2 * depth).Append(line).Append('\n');

    private static bool IsFilled(JsonElement value, JsonValueKind kind) => value.ValueKind == kind
        && (kind == JsonValueKind.Object ? value.GetPropertyCount() : value.GetArrayLength()) > 0;

    /// <summary>The value on one line; of a long one its beginning.</summary>
    private static string Shown(JsonElement value)
    {
        var all = value.ValueKind == JsonValueKind.String
            ? $"\"{JsonEncodedText.Encode(value.GetString()!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""
            : value.GetRawText();
        return all.Length <= MostCharacters ? all : $"{all.AsSpan(0, MostCharacters)}… ({all.Length} characters)";
    }
}
