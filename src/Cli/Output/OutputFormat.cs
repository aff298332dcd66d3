using System.Collections.Immutable;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Output;

/// <summary>Forms in which results are written.</summary>
internal enum OutputFormat
{
    /// <summary>Lines for people.</summary>
    Text,

    /// <summary>A table.</summary>
    Table,

    /// <summary>Comma-separated values.</summary>
    Csv,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>YAML.</summary>
    Yaml,
}

/// <summary>Flags that say how results are written.</summary>
/// <param name="Format">The form.</param>
/// <param name="Pretty">Whether JSON is indented.</param>
/// <param name="HideHeader">Whether tables have no header.</param>
/// <param name="NoStyle">Whether tables have no colours.</param>
/// <param name="Wide">Whether cells are whole.</param>
internal sealed record OutputFlags(Flag<OutputFormat> Format, Flag<bool> Pretty, Flag<bool> HideHeader, Flag<bool> NoStyle, Flag<bool> Wide)
{
    /// <summary>The flags of a command that writes tables.</summary>
    public ImmutableArray<Flag> Tabular => [Format, Pretty, HideHeader, NoStyle, Wide];

    /// <summary>The flags of a command that writes one object.</summary>
    public ImmutableArray<Flag> Single => [Format, Pretty];

    /// <summary>Flags with a default form.</summary>
    public static OutputFlags With(OutputFormat format, bool pretty = false) => new(
        new("output", null, "format", "Form of the output: table, csv, json or yaml", format, (_, _, text) => text switch
        {
            "table" => OutputFormat.Table,
            "csv" => OutputFormat.Csv,
            "json" => OutputFormat.Json,
            "yaml" => OutputFormat.Yaml,
            _ => throw new FormatException("should be one of [\"table\" \"csv\" \"json\" \"yaml\"]"),
        })
        {
            ShownDefault = format == OutputFormat.Text ? "" : format.ToString().ToLowerInvariant(),
        },
        Flags.Bool("pretty", "Indent JSON", value: pretty),
        Flags.Bool("hide-header", "Leave the header of the table out"),
        Flags.Bool("no-style", "Leave colours out of the table"),
        Flags.Bool("wide", "Do not shorten or wrap cells"));
}
