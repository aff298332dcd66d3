using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Locality;

/// <summary>Finds what of a job's inputs nodes may hold already.</summary>
public static class DataNeeds
{
    /// <summary>The type under which nodes are asked for a URL: its parameters are <c>SHA256</c> and <c>Host</c>.</summary>
    public const string UrlDigest = "urlDigest";

    private const int KeyBytes = 16;

    /// <summary>The needs of a job whose spec was validated, each once; none if it wants the reference's behaviour, or is counted by node.</summary>
    public static ImmutableArray<DataNeed> Of(JobSpec spec)
    {
        if (spec.Locality == LocalityModes.Ignore || spec.Type is JobTypes.Ops or JobTypes.Daemon || spec.Schedule is not null)
        {
            return [];
        }

        var partitions = spec.Type == JobTypes.Batch ? Math.Max(1, spec.Count ?? 1) : 1;
        var needs = spec.Tasks.SelectMany(task => task.InputSources).Select(input => Of(input.Source, partitions)).OfType<DataNeed>();
        return [.. needs.DistinctBy(need => need.Key)];
    }

    /// <summary>SHA-256 of a URL as it is fetched, credentials included, lower-case hex.</summary>
    public static string DigestOf(Uri url) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.GetComponents(UriComponents.HttpRequestUrl | UriComponents.UserInfo, UriFormat.UriEscaped))));

    private static DataNeed? Of(SpecConfig? source, int partitions)
    {
        var type = (source?.Type ?? "").Trim().ToLowerInvariant();
        return type switch
        {
            "" or "inline" => null,
            "urldownload" => UrlInputParams.Read(source!).Value is { } url ? OfUrl(url.Url) : null,
            "s3" => S3InputParams.Read(source!).Value is { } s3
                ? Of(source!, $"s3://{s3.Bucket}/{s3.Key}", s3.Partition.IsDivided ? partitions : 1)
                : null,
            "local" or "localdirectory" => LocalInputParams.Read(source!).Value is { } local
                ? Of(source!, local.SourcePath, 1) with { IsFixed = !local.ReadWrite || local.CreateAs == LocalCreation.NoCreate }
                : null,
            _ => Of(source!, $"the {type} input", 1),
        };
    }

    private static DataNeed OfUrl(Uri url)
    {
        var known = ImmutableSortedDictionary.Create<string, JsonElement>(StringComparer.Ordinal).Add("Host", Text(url.Authority)).Add("SHA256", Text(DigestOf(url)));
        return Of(new SpecConfig { Type = UrlDigest, Params = known }, $"the URL at {url.Authority}", 1);
    }

    private static DataNeed Of(SpecConfig source, string name, int partitions)
    {
        var text = new StringBuilder(source.Type.Trim().ToLowerInvariant()).Append('\n').Append(partitions);
        foreach (var (key, value) in source.Params.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            text.Append('\n').Append(key.ToLowerInvariant()).Append('=').Append(value.GetRawText());
        }

        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
        return new DataNeed { Key = Convert.ToHexStringLower(digest.AsSpan(0, KeyBytes)), Source = source, Partitions = partitions, Name = name };
    }

    private static JsonElement Text(string text)
    {
        using var document = JsonDocument.Parse($"\"{JsonEncodedText.Encode(text)}\"");
        return document.RootElement.Clone();
    }
}
