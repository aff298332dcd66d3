using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>Writes a spec with the reference's keys, order and omissions (spec: job-model.md §1.1, §2.1); our own fields follow those of their object.</summary>
internal static class JobWriter
{
    public static void Write(Utf8JsonWriter writer, JobSpec spec)
    {
        writer.WriteStartObject();
        writer.WriteString("Name", spec.Name);
        writer.WriteString("Namespace", spec.Namespace);
        writer.WriteString("Type", spec.Type);
        writer.WriteNumber("Priority", spec.Priority);
        WriteCount(writer, spec.Count);
        writer.WriteStartArray("Constraints");
        foreach (var constraint in spec.Constraints)
        {
            WriteConstraint(writer, constraint);
        }

        writer.WriteEndArray();
        WriteMap(writer, "Meta", spec.Meta);
        WriteMap(writer, "Labels", spec.Labels);
        writer.WriteStartArray("Tasks");
        foreach (var task in spec.Tasks)
        {
            TaskWriter.Write(writer, task);
        }

        writer.WriteEndArray();
        PolicyWriter.WriteJobFields(writer, spec);
        writer.WriteEndObject();
    }

    public static void WriteMap(Utf8JsonWriter writer, string name, ImmutableSortedDictionary<string, string> map)
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in TextMap.Of(map))
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    public static void WriteTexts(Utf8JsonWriter writer, string name, ImmutableArray<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static void WriteCount(Utf8JsonWriter writer, int? count)
    {
        if (count is { } given)
        {
            writer.WriteNumber("Count", given);
        }
        else
        {
            writer.WriteNull("Count");
        }
    }

    private static void WriteConstraint(Utf8JsonWriter writer, LabelRequirement constraint)
    {
        writer.WriteStartObject();
        writer.WriteString("Key", constraint.Key);
        writer.WriteString("Operator", constraint.Operator);
        if (!constraint.Values.IsEmpty)
        {
            WriteTexts(writer, "Values", constraint.Values);
        }

        writer.WriteEndObject();
    }
}
