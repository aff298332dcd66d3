using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Maps of text, ordered by bytes as the public JSON is.</summary>
public static class TextMap
{
    /// <summary>The empty map with ordinal order.</summary>
    public static readonly ImmutableSortedDictionary<string, string> Empty =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The same map with ordinal order, whatever order it came with.</summary>
    public static ImmutableSortedDictionary<string, string> Of(ImmutableSortedDictionary<string, string>? map) =>
        map is null ? Empty : map.WithComparers(StringComparer.Ordinal);
}
