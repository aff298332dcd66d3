using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.S3;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>The form in which a list of objects goes from the node that has made it to all that read it: packed JSON, sorted by key, the same for the same objects.</summary>
internal static class S3ObjectList
{
    private const int Form = 1;
    private const int MostBytes = 128 * 1024 * 1024;

    private static readonly S3ListJson _json = new(new JsonSerializerOptions(S3ListJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes a list.</summary>
    public static byte[] Write(IEnumerable<S3Item> items)
    {
        using var packed = new MemoryStream();
        using (var pack = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            JsonSerializer.Serialize(pack, new S3ListContent(Form, [.. items.OrderBy(item => item.Key, StringComparer.Ordinal)]), _json.S3ListContent);
        }

        return packed.ToArray();
    }

    /// <summary>Reads what any node may have written.</summary>
    /// <param name="list">The bytes.</param>
    /// <param name="mostObjects">Most objects that it may have.</param>
    /// <param name="what">Whose objects they are, in words for messages.</param>
    /// <exception cref="EngineException">It is no list, or too long a one.</exception>
    public static IReadOnlyList<S3Item> Read(byte[] list, int mostObjects, string what)
    {
        try
        {
            var content = JsonSerializer.Deserialize(Unpack(list, what), _json.S3ListContent);
            return content?.Form != Form ? throw S3Problems.BadList(what, "it has another form than this release knows")
                : content.Objects.Length > mostObjects ? throw S3Problems.BadList(what, $"it has more than {mostObjects} objects")
                : content.Objects.Any(item => item is null || item.Bytes < 0) ? throw S3Problems.BadList(what, "an object has no length")
                : content.Objects;
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            throw S3Problems.BadList(what, exception.Message);
        }
    }

    private static ReadOnlySpan<byte> Unpack(byte[] list, string what)
    {
        using var unpack = new GZipStream(new MemoryStream(list), CompressionMode.Decompress);
        using var json = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (unpack.Read(buffer) is > 0 and var read)
        {
            if (json.Length + read > MostBytes)
            {
                throw S3Problems.BadList(what, $"it has more than {MostBytes} bytes when it is unpacked");
            }

            json.Write(buffer, 0, read);
        }

        return json.GetBuffer().AsSpan(0, (int)json.Length);
    }
}

/// <summary>A list of objects as JSON.</summary>
/// <param name="Form">Number of this form.</param>
/// <param name="Objects">The objects.</param>
internal sealed record S3ListContent(int Form, S3Item[] Objects);

/// <summary>JSON of lists of objects.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(S3ListContent))]
internal sealed partial class S3ListJson : JsonSerializerContext;
