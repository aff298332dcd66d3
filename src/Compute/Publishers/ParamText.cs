using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bacalhau.Compute.Publishers;

/// <summary>Texts as parameters of published results.</summary>
internal static class ParamText
{
    /// <summary>A text.</summary>
    public static JsonElement Of(string text) => JsonSerializer.SerializeToElement(text, ParamJson.Default.String);
}

/// <summary>JSON of parameters.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class ParamJson : JsonSerializerContext;
