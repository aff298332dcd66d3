using System.Collections.Immutable;
using System.Text.Json;

namespace Bacalhau.Core.Jobs;

/// <summary>
/// Turns the old form of a wasm task, whose modules are input sources inside the engine's parameters, into the form whose modules are the
/// targets of inputs (spec: job-model.md §3.2).
/// </summary>
internal static class LegacyWasm
{
    private const string EntryTarget = "/wasm/entry.wasm";

    /// <summary>The task in the new form; unchanged when it is no wasm task or not in the old form.</summary>
    public static TaskSpec Convert(TaskSpec task)
    {
        if (task.Engine is not { } engine || !string.Equals(engine.Type.Trim(), EngineTypes.Wasm, StringComparison.OrdinalIgnoreCase))
        {
            return task;
        }

        var parameters = engine.Params.ToLookup(pair => pair.Key.ToUpperInvariant(), pair => pair.Value);
        if (parameters["ENTRYMODULE"].LastOrDefault() is not { ValueKind: JsonValueKind.Object } entry)
        {
            return task;
        }

        var imports = parameters["IMPORTMODULES"].LastOrDefault();
        var entryInput = ReadInput(entry, EntryTarget);
        var importInputs = imports.ValueKind == JsonValueKind.Array
            ? imports.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
                .Select((item, index) => ReadInput(item, $"/wasm/imports/module_{index}.wasm")).ToImmutableArray()
            : [];
        return task with
        {
            InputSources = [.. task.InputSources, entryInput, .. importInputs],
            Engine = engine with
            {
                Params = ParamValue.Config(
                    engine.Type,
                    ("EntryModule", ParamValue.Of(entryInput.Target)),
                    ("Entrypoint", Given(parameters["ENTRYPOINT"].LastOrDefault(), ParamValue.Of(WasmParams.DefaultEntrypoint))),
                    ("ImportModules", ParamValue.OfUnlessEmpty([.. importInputs.Select(input => input.Target)])),
                    ("Parameters", Given(parameters["PARAMETERS"].LastOrDefault(), ParamValue.Null))).Params,
            },
        };
    }

    private static JsonElement Given(JsonElement value, JsonElement otherwise) => value.ValueKind == JsonValueKind.Undefined ? otherwise : value;

    private static InputSource ReadInput(JsonElement element, string defaultTarget)
    {
        var target = TextOf(element, "Target");
        var source = Property(element, "Source");
        return new InputSource
        {
            Alias = TextOf(element, "Alias"),
            Target = target.Trim().Length == 0 ? defaultTarget : target,
            Source = source.ValueKind == JsonValueKind.Object ? ReadConfig(source) : null,
        };
    }

    private static SpecConfig ReadConfig(JsonElement element)
    {
        var parameters = Property(element, "Params");
        return ParamValue.Config(
            TextOf(element, "Type"),
            parameters.ValueKind == JsonValueKind.Object
                ? [.. parameters.EnumerateObject().Select(parameter => (parameter.Name, parameter.Value.Clone()))]
                : []);
    }

    private static string TextOf(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() ?? "" : "";

    private static JsonElement Property(JsonElement element, string name) => element.EnumerateObject()
        .LastOrDefault(property => string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase)).Value;
}
