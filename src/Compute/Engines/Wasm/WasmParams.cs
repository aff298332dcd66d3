using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Engines.Wasm;

/// <summary>Parameters of the engine <c>wasm</c>. Names are compared without case, as everywhere in engine parameters.</summary>
internal sealed record WasmParams
{
    /// <summary>Function called when none is named.</summary>
    public const string DefaultEntrypoint = "_start";

    /// <summary>Target of the input that holds the program, or a path below it.</summary>
    public required string EntryModule { get; init; }

    /// <summary>Exported function to call; it takes no parameters.</summary>
    public required string Entrypoint { get; init; }

    /// <summary>Arguments of the program, without its name.</summary>
    public required ImmutableArray<string> Parameters { get; init; }

    /// <summary>Targets of inputs that hold modules which the program imports from.</summary>
    public required ImmutableArray<string> ImportModules { get; init; }

    /// <summary>Reads them from a task.</summary>
    /// <exception cref="FormatException">They are not as they must be; the message says how.</exception>
    public static WasmParams Of(TaskSpec task)
    {
        var given = (task.Engine ?? new SpecConfig()).Params.ToLookup(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        var entrypoint = Text(given, nameof(Entrypoint));
        return new WasmParams
        {
            EntryModule = Text(given, nameof(EntryModule)) is { Length: > 0 } module
                ? module
                : throw new FormatException("EntryModule is missing: it names the target of the input that holds the program."),
            Entrypoint = entrypoint.Length == 0 ? DefaultEntrypoint : entrypoint,
            Parameters = Texts(given, nameof(Parameters)),
            ImportModules = Texts(given, nameof(ImportModules)),
        };
    }

    private static string Text(ILookup<string, JsonElement> given, string name) => given[name].LastOrDefault() switch
    {
        { ValueKind: JsonValueKind.String } value => value.GetString()!,
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => "",
        var value => throw new FormatException($"{name} must be text, and is {Kind(value)}."),
    };

    private static ImmutableArray<string> Texts(ILookup<string, JsonElement> given, string name) => given[name].LastOrDefault() switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [.. list.EnumerateArray().Select(item => item.GetString()!)],
        { ValueKind: JsonValueKind.Array } => throw new FormatException($"{name} must be a list of texts."),
        var value => throw new FormatException($"{name} must be a list of texts, and is {Kind(value)}."),
    };

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "text",
        _ => "true or false",
    };
}
