using System.Text.Json;
using System.Text.Json.Nodes;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Json;

namespace Bacalhau.Cli.Output;

/// <summary>Writes the results of a command in the form that its flags ask for.</summary>
internal sealed class ResultWriter(Invocation invocation, OutputFlags flags)
{
    private readonly CliHost host = invocation.Host;

    /// <summary>The form that was asked for.</summary>
    public OutputFormat Format => invocation.Get(flags.Format);

    /// <summary>Whether cells are whole.</summary>
    public bool IsWide => Format == OutputFormat.Csv || invocation.Get(flags.Wide);

    /// <summary>Writes one object.</summary>
    /// <exception cref="CliException">The form suits lists only.</exception>
    public void WriteObject(string json)
    {
        switch (Format)
        {
            case OutputFormat.Json:
                host.Output.WriteLine(invocation.Get(flags.Pretty) ? Indented(json) : json);
                break;
            case OutputFormat.Yaml:
                host.Output.Write(YamlText.OfObject(JsonNode.Parse(json)));
                break;
            default:
                throw new CliException($"invalid format \"{Format.ToString().ToLowerInvariant()}\"", "Use --output json or --output yaml");
        }
    }

    /// <summary>Writes a list: a table of rows, or the JSON of all of them.</summary>
    public void WriteList<T>(IReadOnlyList<T> rows, IReadOnlyList<TableColumn<T>> columns, Func<string> json)
    {
        if (Format is OutputFormat.Json or OutputFormat.Yaml)
            WriteObject(json());
        else if (Format == OutputFormat.Csv)
            WriteCsv(rows, columns);
        else
            host.Output.Write(Table(rows, columns));
    }

    private string Table<T>(IReadOnlyList<T> rows, IReadOnlyList<TableColumn<T>> columns) => TableText.Of(
        invocation.Get(flags.HideHeader) ? null : [.. columns.Select(column => column.Name)],
        [.. rows.Select(row => columns.Select(column => (IsWide ? column.Cell : column.Short ?? column.Cell)(row)).ToArray())],
        [.. columns.Select(column => IsWide ? 0 : column.Wrap)],
        [.. columns.Select(column => column.Fixed)],
        host.UsesColour && !invocation.Get(flags.NoStyle));

    private void WriteCsv<T>(IReadOnlyList<T> rows, IReadOnlyList<TableColumn<T>> columns)
    {
        if (!invocation.Get(flags.HideHeader))
            host.Output.WriteLine(string.Join(',', columns.Select(column => column.Name)));
        foreach (var row in rows)
            host.Output.WriteLine(string.Join(',', columns.Select(column => TableCsv(column.Cell(row)))));
    }

    /// <summary>A field as the reference's tables write it into CSV, where blanks need no quotes.</summary>
    private static string TableCsv(string cell) =>
        cell.AsSpan().ContainsAny("\",\r\n") ? $"\"{cell.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : cell;

    private static string Indented(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = true, Encoder = GoJsonEncoder.Html, NewLine = "\n" }))
            document.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
