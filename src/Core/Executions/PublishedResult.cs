using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Executions;

/// <summary>Where an execution's result lies, and what it is made of (decision 32).</summary>
public sealed record PublishedResult
{
    /// <summary>Kind of place, which says how the result is fetched.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>The place.</summary>
    public ImmutableSortedDictionary<string, JsonElement> Params
    {
        get => field ?? ImmutableSortedDictionary<string, JsonElement>.Empty.WithComparers(StringComparer.Ordinal);
        init;
    }

    /// <summary>What lies there; null if nobody said.</summary>
    public ResultMetadata? Metadata { get; init; }

    /// <summary>A result at a place.</summary>
    public static PublishedResult At(SpecConfig place, ResultMetadata? metadata) => new() { Type = place.Type, Params = place.Params, Metadata = metadata };
}

/// <summary>What a published result is made of. Folders, links and what was left out are not counted.</summary>
public sealed record ResultMetadata
{
    /// <summary>Most files that are listed.</summary>
    public const int MostListed = 100;

    /// <summary>Most characters of the paths of listed files, each with <see cref="CharactersBeside"/> more: a report to the orchestrator is limited.</summary>
    public const int MostCharacters = 12_000;

    /// <summary>Characters of a listed file beside those of its path, about.</summary>
    public const int CharactersBeside = 100;

    /// <summary>Number of files.</summary>
    public long Files { get; init; }

    /// <summary>Bytes of all files together.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of the archive that holds the files; 0 if they lie there as they are.</summary>
    public long ArchiveBytes { get; init; }

    /// <summary>SHA-256 of the archive in lower-case hex; empty if there is none.</summary>
    public string ArchiveSha256 { get => field ?? ""; init; }

    /// <summary>The first files by their paths; all of them if there are as many as <see cref="Files"/>.</summary>
    public ResultFile[] Listed { get => field ?? []; init; }

    /// <summary>As much of the list as is allowed.</summary>
    public ResultMetadata Cut()
    {
        var room = MostCharacters;
        var fitting = Listed.Take(MostListed).TakeWhile(file => (room -= file.Path.Length + CharactersBeside) >= 0).Count();
        return fitting == Listed.Length ? this : this with { Listed = Listed[..fitting] };
    }
}

/// <summary>A file of a published result.</summary>
public sealed record ResultFile
{
    /// <summary>Path below the result, with slashes.</summary>
    public string Path { get => field ?? ""; init; }

    /// <summary>Its length in bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>SHA-256 of its content in lower-case hex.</summary>
    public string Sha256 { get => field ?? ""; init; }
}
