using System.Collections.Immutable;
using System.Text;

namespace Bacalhau.Cli.Parsing;

/// <summary>One line of comma-separated values, with double quotes around fields that hold commas.</summary>
internal static class CsvRecord
{
    /// <summary>The fields of a line; none of an empty one.</summary>
    /// <exception cref="FormatException">A quote is not closed, or stands inside a plain field.</exception>
    public static ImmutableArray<string> Parse(string line)
    {
        if (line.Length == 0)
            return [];
        var fields = ImmutableArray.CreateBuilder<string>();
        var position = 0;
        while (true)
        {
            fields.Add(position < line.Length && line[position] == '"' ? Quoted(line, ref position) : Plain(line, ref position));
            if (position >= line.Length)
                return fields.ToImmutable();
            position++;
        }
    }

    /// <summary>A field as it is written in a line.</summary>
    public static string Quote(string field) =>
        field.Length > 0 && (field.AsSpan().ContainsAny("\",\r\n") || field[0] is ' ' or '\t') ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;

    private static string Plain(string line, ref int position)
    {
        var end = line.IndexOf(',', position);
        var field = line[position..(end < 0 ? line.Length : end)];
        position += field.Length;
        return field.Contains('"', StringComparison.Ordinal) ? throw new FormatException($"a quote stands inside the field {field}: put the whole field in quotes") : field;
    }

    private static string Quoted(string line, ref int position)
    {
        var field = new StringBuilder();
        for (position++; position < line.Length; position++)
        {
            if (line[position] != '"')
            {
                field.Append(line[position]);
            }
            else if (position + 1 < line.Length && line[position + 1] == '"')
            {
                field.Append('"');
                position++;
            }
            else
            {
                position++;
                return position == line.Length || line[position] == ',' ? field.ToString() : throw new FormatException("after a closing quote a comma must follow");
            }
        }
        throw new FormatException("a quote is not closed");
    }
}
