using System.Text.Json.Serialization;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Cache;

/// <summary>What is remembered of content that was fetched once.</summary>
/// <param name="Digest">SHA-256 of the content, lower-case hex.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Name">What programs find it under; empty where the source gives no name.</param>
/// <param name="Validators">What the source tells it from any other content by.</param>
internal sealed record CacheEntry(string Digest, long Bytes, string Name, Validators Validators)
{
    /// <summary>Where it comes from (<see cref="IContent.Location"/>); empty for what nobody asks for.</summary>
    public string Location { get => field ?? ""; init; }

    /// <summary>Whether it was fetched for the execution that is given it, and not here before.</summary>
    [JsonIgnore]
    public bool IsFetched { get; init; }

    /// <summary>Its bytes, as those that were here or had to move.</summary>
    [JsonIgnore]
    public InputBytes Moved => IsFetched ? new InputBytes(0, Bytes) : new InputBytes(Bytes, 0);
}

/// <summary>What a source says to tell one content from another.</summary>
/// <param name="Tag">Entity tag, as the source writes it; empty for none.</param>
/// <param name="Modified">Time of the last change, as the source writes it; empty for none.</param>
internal sealed record Validators(string Tag, string Modified)
{
    /// <summary>Nothing is said.</summary>
    public static readonly Validators None = new("", "");

    /// <summary>Whether the source can be asked if content is still the same.</summary>
    [JsonIgnore]
    public bool IsAny => Tag.Length > 0 || Modified.Length > 0;
}

/// <summary>How entries lie on disk.</summary>
[JsonSerializable(typeof(CacheEntry))]
internal sealed partial class CacheJson : JsonSerializerContext;
