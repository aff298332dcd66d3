using System.Text;

namespace Bacalhau.Cli.Output;

/// <summary>Lays out tables as the reference does: one blank on each side of a cell, columns as wide as their content.</summary>
internal static class TableText
{
    private const string HeaderStyle = "lime on grey";
    private const string OddStyle = "white on black";
    private const string EvenStyle = "silver on black";

    /// <summary>The table, each row ending in a line end.</summary>
    /// <param name="header">Names of the columns; null for no header.</param>
    /// <param name="rows">Cells, row by row.</param>
    /// <param name="wraps">Width at which each column is wrapped, 0 for none.</param>
    /// <param name="widths">Width of each column, 0 for its content's.</param>
    /// <param name="styled">Whether rows are coloured.</param>
    public static string Of(IReadOnlyList<string>? header, IReadOnlyList<string[]> rows, IReadOnlyList<int> wraps, IReadOnlyList<int> widths, bool styled)
    {
        var lines = rows.Select(row => row.Select((cell, column) => Wrap(cell, wraps[column])).ToArray()).ToList();
        var sizes = Enumerable.Range(0, wraps.Count).Select(column => widths[column] > 0 ? widths[column] : Math.Max(
            header?[column].Length ?? 0, lines.Select(row => row[column].Max(LengthOf)).DefaultIfEmpty(0).Max())).ToList();
        var text = new StringBuilder();
        if (header is not null)
            AppendLine(text, [.. header.Select(name => name.ToUpperInvariant())], sizes, styled ? HeaderStyle : null);
        for (var row = 0; row < lines.Count; row++)
        {
            for (var line = 0; line < lines[row].Max(cell => cell.Count); line++)
                AppendLine(text, [.. lines[row].Select(cell => line < cell.Count ? cell[line] : "")], sizes, !styled ? null : row % 2 == 0 ? OddStyle : EvenStyle);
        }
        return text.ToString();
    }

    /// <summary>The words of a text in lines no longer than a width, all but the last filled up with blanks.</summary>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        if (width == 0 || (text.Length <= width && !text.Contains('\n', StringComparison.Ordinal)))
            return text.Split('\n');
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n'))
            lines.AddRange(WrapParagraph(paragraph, width));
        for (var line = 0; line < lines.Count - 1; line++)
            lines[line] = lines[line].PadRight(width);
        return lines;
    }

    private static IEnumerable<string> WrapParagraph(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }
            else if (line.Length > 0)
            {
                line.Append(' ');
            }
            line.Append(word);
            while (line.Length > width)
            {
                yield return line.ToString(0, width);
                line.Remove(0, width);
            }
        }
        yield return line.ToString();
    }

    private static void AppendLine(StringBuilder text, string[] cells, List<int> sizes, string? style)
    {
        for (var column = 0; column < cells.Length; column++)
        {
            var cell = $" {cells[column]}{new string(' ', Math.Max(0, sizes[column] - LengthOf(cells[column])))} ";
            text.Append(style is null ? cell : Colour.Paint(cell, style));
        }
        text.AppendLine();
    }

    /// <summary>Characters that take room: escape codes take none.</summary>
    private static int LengthOf(string cell)
    {
        var length = 0;
        for (var index = 0; index < cell.Length; index++, length++)
        {
            while (index < cell.Length && cell[index] == '\e')
                index = cell.IndexOf('m', index) + 1;
            if (index >= cell.Length)
                break;
        }
        return length;
    }
}
