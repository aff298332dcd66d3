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

    public ParamReader(SpecConfig config, string path, string owner, SpecProblems problems)
    {
        (this.path, this.owner, this.problems) = (path, owner, problems);
        foreach (var (name, value) in config.Params)
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

    /// <summary>Reports a problem of a parameter.</summary>
    public void Report(string name, string message, string hint = "", SpecProblemCode code = SpecProblemCode.Invalid) =>
        problems.Add($"{path}.Params.{name}", message, hint, code);

    /// <summary>The parameters that nobody asked for, as warnings. To be called last.</summary>
    public IEnumerable<SpecProblem> Unknown() =>
        from name in parameters.Keys.Order(StringComparer.Ordinal)
        where !known.Contains(name, StringComparer.OrdinalIgnoreCase)
        select new SpecProblem(
            $"{path}.Params.{name}",
            $"{owner} has no parameter '{name}': ignored",
            NearestName.Of(name, known) is { } nearest ? $"did you mean '{nearest}'?" : "",
            SpecProblemCode.UnknownField);

    private JsonElement? Take(string name)
    {
        known.Add(name);
        return parameters.TryGetValue(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;
    }

    private void WrongType(string name, string expected) =>
        Report(name, $"{owner}: {name} must be {expected}", code: SpecProblemCode.WrongType);
}
