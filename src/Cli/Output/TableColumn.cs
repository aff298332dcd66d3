namespace Bacalhau.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name as CSV has it; tables write it in capitals.</param>
/// <param name="Cell">The whole cell.</param>
internal sealed record TableColumn<T>(string Name, Func<T, string> Cell)
{
    /// <summary>The cell in tables that are not wide; null for the whole one.</summary>
    public Func<T, string>? Short { get; init; }

    /// <summary>Width at which cells are wrapped unless the table is wide; 0 for none.</summary>
    public int Wrap { get; init; }

    /// <summary>Least and greatest width of the column whatever is in it; 0 for its content's.</summary>
    public int Fixed { get; init; }
}
