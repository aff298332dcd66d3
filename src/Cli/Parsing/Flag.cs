namespace Bacalhau.Cli.Parsing;

/// <summary>A named option of a command, such as <c>--limit</c>.</summary>
internal abstract class Flag(string name, char? shorthand, string typeName, string description)
{
    /// <summary>Name without dashes.</summary>
    public string Name { get; } = name;

    /// <summary>Letter of the short form; null for none.</summary>
    public char? Shorthand { get; } = shorthand;

    /// <summary>What kind of value it takes, as help shows it.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>What it is for.</summary>
    public string Description { get; } = description;

    /// <summary>Whether help leaves it out.</summary>
    public bool IsHidden { get; init; }

    /// <summary>What to use instead of it; empty if it is no old flag.</summary>
    public string Deprecation { get; init; } = "";

    /// <summary>The value it has when it stands without one; null if it needs one.</summary>
    public string? ValueAlone { get; init; }

    /// <summary>Name of another flag that may not be given beside it.</summary>
    public string Excludes { get; init; } = "";

    /// <summary>The default as help shows it; empty for none.</summary>
    public abstract string DefaultText { get; }

    /// <summary>How errors call it.</summary>
    public string Label => Shorthand is { } letter ? $"-{letter}, --{Name}" : $"--{Name}";

    /// <summary>The value after one more occurrence on the command line.</summary>
    /// <exception cref="FormatException">The text does not suit; the message says why.</exception>
    public abstract object? Take(object? previous, bool isFirst, string text);
}

/// <summary>A flag with a type.</summary>
/// <param name="name">Name without dashes.</param>
/// <param name="shorthand">Letter of the short form.</param>
/// <param name="typeName">Kind of value for help.</param>
/// <param name="description">What it is for.</param>
/// <param name="default">Value when it is not given.</param>
/// <param name="take">The new value of the previous one and the text; the previous is the default at the first occurrence.</param>
internal sealed class Flag<T>(string name, char? shorthand, string typeName, string description, T @default, Func<T, bool, string, T> take)
    : Flag(name, shorthand, typeName, description)
{
    /// <summary>Value when the flag is not given.</summary>
    public T Default { get; } = @default;

    /// <summary>The default as help shows it when its own text is not good enough.</summary>
    public string ShownDefault { get; init; } = "";

    /// <inheritdoc/>
    public override string DefaultText => ShownDefault.Length > 0 ? ShownDefault : Default switch
    {
        string text => text.Length == 0 ? "" : $"\"{text}\"",
        bool flag => flag ? "true" : "",
        int number => number == 0 ? "" : number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        long number => number == 0 ? "" : number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => "",
    };

    /// <inheritdoc/>
    public override object? Take(object? previous, bool isFirst, string text) => take(isFirst ? Default : (T)previous!, isFirst, text);
}
