using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>Reads job files: YAML 1.2, or JSON.</summary>
public static class JobFile
{
    /// <summary>Largest job file, the same as the largest request body.</summary>
    public const int MaxBytes = 10_000_000;

    /// <summary>Reads a job file; never throws, whatever the bytes are. Problems that have a place in the file bear its line.</summary>
    public static JobFileReading Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            return Failed(new SpecProblem("", $"the job file has {bytes.Length} bytes", $"at most {MaxBytes}", SpecProblemCode.TooLarge));
        }

        if (bytes.Span.StartsWith("\uFEFF"u8))
        {
            bytes = bytes["\uFEFF"u8.Length..];
        }

        if (bytes.Span.ContainsAnyExcept(" \t\r\n"u8) is false)
        {
            return Failed(new SpecProblem("", "no content provided", "write a job into the file", SpecProblemCode.Missing));
        }

        var yaml = YamlText.Read(bytes);
        if (LooksLikeJson(bytes.Span) && TryParse(bytes, out var json))
        {
            using (json)
            {
                return Read(json.RootElement, yaml.Lines);
            }
        }

        if (yaml.Problem is { } problem)
        {
            return Failed(problem);
        }

        using var document = JsonDocument.Parse(yaml.Json, new JsonDocumentOptions { MaxDepth = YamlText.MaxDepth + 1 });
        return Read(document.RootElement, yaml.Lines);
    }

    private static JobFileReading Read(JsonElement job, SourceLines lines)
    {
        var reading = JobReader.Read(job);
        return new JobFileReading(
            reading with { Problems = lines.Locate(reading.Problems), UnknownFields = lines.Locate(reading.UnknownFields) }, lines);
    }

    private static JobFileReading Failed(SpecProblem problem) => new(JobReading.Failed(problem), SourceLines.None);

    private static bool LooksLikeJson(ReadOnlySpan<byte> bytes) => bytes.TrimStart(" \t\r\n"u8).StartsWith("{"u8);

    private static bool TryParse(ReadOnlyMemory<byte> bytes, out JsonDocument document)
    {
        try
        {
            document = JsonDocument.Parse(bytes);
            return true;
        }
        catch (JsonException)
        {
            document = null!;
            return false;
        }
    }
}

/// <summary>A job file as it was read.</summary>
/// <param name="Reading">The spec or the problems.</param>
/// <param name="Lines">Where each value stands, for problems found later.</param>
public sealed record JobFileReading(JobReading Reading, SourceLines Lines);
