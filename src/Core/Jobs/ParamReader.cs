using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Text;

namespace Bacalhau.Core.Jobs;

/// <summary>
/// Reads the parameters of one engine, source or publisher by name without case. A value of a wrong type is reported with its place and
/// reads as not given; null reads as not given.
/// </summary>
internal sealed class ParamReader
{
    private readonly Dictionary<string, JsonElement> parameters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> known = [];
    private readonly SpecProblems problems;
    private readonly string path;
    private readonly string owner;

    private readonly List<ParamReader> inner = [];

    public ParamReader(SpecConfig config, string path, string owner, SpecProblems problems)
        : this(config.Params, $"{path}.Params", owner, problems)
    {
    }

    private ParamReader(IEnumerable<KeyValuePair<string, JsonElement>> given, string path, string owner, SpecProblems problems)
    {
        (this.path, this.owner, this.problems) = (path, owner, problems);
        foreach (var (name, value) in given)
        {
            parameters[name] = value;
        }
    }

    /// <summary>A text; null when not given.</summary>
    public string? Text(string name)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        WrongType(name, "a text");
        return null;
    }

    /// <summary>A text that must be given and not blank; empty when it is not, which is reported.</summary>
    public string RequiredText(string name, string hint)
    {
        var value = Take(name);
        var text = Text(name) ?? "";
        if (string.IsNullOrWhiteSpace(text) && value is null or { ValueKind: JsonValueKind.String })
        {
            Report(name, $"{owner} needs {name}", hint, SpecProblemCode.Missing);
        }

        return text;
    }

    /// <summary>A list of texts; empty when not given.</summary>
    public ImmutableArray<string> Texts(string name)
    {
        if (Take(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Null))
        {
            return [.. value.EnumerateArray().Select(item => item.GetString() ?? "")];
        }

        WrongType(name, "a list of texts");
        return [];
    }

    /// <summary>True or false, also as the text <c>true</c>, as in the reference; any other text is false.</summary>
    public bool Flag(string name)
    {
        switch (Take(name))
        {
            case null or { ValueKind: JsonValueKind.False }:
                return false;
            case { ValueKind: JsonValueKind.True }:
                return true;
            case { ValueKind: JsonValueKind.String } text:
                return string.Equals(text.GetString(), "true", StringComparison.OrdinalIgnoreCase);
            default:
                WrongType(name, "true or false");
                return false;
        }
    }

    /// <summary>A whole number; null when not given.</summary>
    public int? Integer(string name)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
        {
            return number;
        }

        WrongType(name, "a whole number");
        return null;
    }

    /// <summary>Parameters within a parameter; null when not given.</summary>
    public ParamReader? Inner(string name, string innerOwner)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            WrongType(name, "a map");
            return null;
        }

        var reader = new ParamReader(value.EnumerateObject().Select(item => KeyValuePair.Create(item.Name, item.Value)), $"{path}.{name}", innerOwner, problems);
        inner.Add(reader);
        return reader;
    }

    /// <summary>Reports a problem of a parameter.</summary>
    public void Report(string name, string message, string hint = "", SpecProblemCode code = SpecProblemCode.Invalid) =>
        problems.Add($"{path}.{name}", message, hint, code);

    /// <summary>The parameters that nobody asked for, as warnings. To be called last.</summary>
    public IEnumerable<SpecProblem> Unknown() => parameters.Keys.Order(StringComparer.Ordinal)
        .Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase))
        .Select(name => new SpecProblem(
            $"{path}.{name}",
            $"{owner} has no parameter '{name}': ignored",
            NearestName.Of(name, known) is { } nearest ? $"did you mean '{nearest}'?" : "",
            SpecProblemCode.UnknownField))
        .Concat(inner.SelectMany(reader => reader.Unknown()));

    private JsonElement? Take(string name)
    {
        known.Add(name);
        return parameters.TryGetValue(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;
    }

    private void WrongType(string name, string expected) =>
        Report(name, $"{owner}: {name} must be {expected}", code: SpecProblemCode.WrongType);
}
