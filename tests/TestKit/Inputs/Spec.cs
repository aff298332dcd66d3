using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bacalhau.Core.Jobs;

namespace Bacalhau.TestKit.Inputs;

/// <summary>Makes engines, inputs and publishers as a job file would name them.</summary>
public static class Spec
{
    /// <summary>A type and parameters.</summary>
    public static SpecConfig Of(string type, params (string Name, JsonNode? Value)[] parameters) => new()
    {
        Type = type,
        Params = parameters.ToImmutableSortedDictionary(
            parameter => parameter.Name,
            parameter => JsonDocument.Parse(parameter.Value?.ToJsonString() ?? "null").RootElement,
            StringComparer.Ordinal),
    };
}
