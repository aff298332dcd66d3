using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tasks;

/// <summary>
/// Reads the free-form parameters of an engine, input or publisher: names without regard to case, unknown ones ignored, values of a wrong
/// kind told all at once.
/// </summary>
internal sealed class ParameterReader(SpecConfig? spec)
{
    private readonly List<string> problems = [];

    /// <summary>What is wrong with the values read so far; null is nothing.</summary>
    public ExecutionProblem? FindProblem(string component) =>
        problems.Count == 0
            ? null
            : new ExecutionProblem($"{component}:BadParameters", string.Join("; ", problems), "Correct the parameters in the job and submit it again.");

    /// <summary>Adds a problem that the caller found.</summary>
    public void Add(string problem) => problems.Add(problem);

    /// <summary>A text; empty when it is not given.</summary>
    public string Text(string name)
    {
        if (Find(name) is not { } value)
        {
            return "";
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()!;
        }

        problems.Add($"{name} must be a text, not {value.GetRawText()}");
        return "";
    }

    /// <summary>A switch, also written as a text; false when it is not given.</summary>
    public bool Flag(string name)
    {
        switch (Find(name))
        {
            case null or { ValueKind: JsonValueKind.False }:
                return false;
            case { ValueKind: JsonValueKind.True }:
                return true;
            case { ValueKind: JsonValueKind.String } text when bool.TryParse(text.GetString(), out var flag):
                return flag;
            case { } value:
                problems.Add($"{name} must be true or false, not {value.GetRawText()}");
                return false;
        }
    }

    /// <summary>A list of texts; empty when it is not given.</summary>
    public ImmutableArray<string> Texts(string name)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(item => item.GetString()!)];
        }

        problems.Add($"{name} must be a list of texts");
        return [];
    }

    private JsonElement? Find(string name)
    {
        if (spec is null)
        {
            return null;
        }

        foreach (var (key, value) in spec.Params)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            {
                return value;
            }
        }

        return null;
    }
}
