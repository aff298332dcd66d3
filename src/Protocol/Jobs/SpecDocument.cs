using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Json;

namespace Bacalhau.Protocol.Jobs;

/// <summary>The one form in which a spec is stored, sent to nodes and compared.</summary>
/// <param name="Bytes">UTF-8 JSON, keys in the public order.</param>
/// <param name="Digest">SHA-256 of the bytes, lower-case hex.</param>
public sealed record SpecDocument(byte[] Bytes, string Digest)
{
    /// <summary>The document of a spec; equal specs give equal bytes.</summary>
    public static SpecDocument Of(JobSpec spec)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = GoJsonEncoder.Html }))
        {
            JobWriter.Write(writer, spec);
        }

        return Of(buffer.WrittenSpan.ToArray());
    }

    /// <summary>The document with the given bytes, as stored or received.</summary>
    public static SpecDocument Of(byte[] bytes) => new(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)));

    /// <summary>The spec; throws <see cref="InvalidDataException"/> when the bytes are none.</summary>
    public JobSpec Read()
    {
        try
        {
            using var document = JsonDocument.Parse(Bytes, new JsonDocumentOptions { MaxDepth = 1000 });
            var reading = JobReader.Read(document.RootElement);
            return reading.Spec ?? throw new InvalidDataException($"the stored spec {Digest} is damaged: {reading.Problems[0]}");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"the stored spec {Digest} is no JSON: {problem.Message}", problem);
        }
    }
}
