using System.Buffers;
using System.Text.Json;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Json;

namespace Bacalhau.Protocol.Jobs;

/// <summary>The public form of a job: its spec with the fields that the server owns.</summary>
public static class JobDocument
{
    /// <summary>The document of a stored spec.</summary>
    public static JsonElement Of(SpecDocument spec, JobServerFields fields)
    {
        var buffer = new ArrayBufferWriter<byte>(spec.Bytes.Length + 256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = GoJsonEncoder.Html }))
        using (var stored = JsonDocument.Parse(spec.Bytes, new JsonDocumentOptions { MaxDepth = 1000 }))
        {
            Write(writer, stored.RootElement, fields);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = 1000 });
        return document.RootElement.Clone();
    }

    /// <summary>The document of a spec.</summary>
    public static JsonElement Of(JobSpec spec, JobServerFields fields) => Of(SpecDocument.Of(spec), fields);

    /// <summary>The server's fields stand where the reference has them: the id first, the rest after the tasks, before our own fields.</summary>
    private static void Write(Utf8JsonWriter writer, JsonElement spec, JobServerFields fields)
    {
        writer.WriteStartObject();
        writer.WriteString("ID", fields.ID);
        foreach (var field in spec.EnumerateObject())
        {
            field.WriteTo(writer);
            if (field.NameEquals("Tasks"))
            {
                WriteServerFields(writer, fields);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteServerFields(Utf8JsonWriter writer, JobServerFields fields)
    {
        writer.WritePropertyName("State");
        JsonSerializer.Serialize(writer, fields.State, ApiJson.Wire.JobStateView);
        writer.WriteNumber("Version", fields.Version);
        writer.WriteNumber("Revision", fields.Revision);
        writer.WriteNumber("CreateTime", fields.CreateTime);
        writer.WriteNumber("ModifyTime", fields.ModifyTime);
    }
}

/// <summary>The fields of a job document that the server owns.</summary>
/// <param name="ID">Public id.</param>
/// <param name="State">State and its message.</param>
/// <param name="Version">Version of the spec, from 1; 0 for a job that was never submitted.</param>
/// <param name="Revision">Counts state changes.</param>
/// <param name="CreateTime">Nanoseconds since 1970.</param>
/// <param name="ModifyTime">Nanoseconds since 1970.</param>
public sealed record JobServerFields(string ID, JobStateView State, long Version, long Revision, long CreateTime, long ModifyTime);
