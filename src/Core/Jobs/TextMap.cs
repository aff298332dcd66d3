using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Maps of text, ordered by bytes as the public JSON is.</summary>
public static class TextMap
{
    /// <summary>The empty map with ordinal order.</summary>
    public static readonly ImmutableSortedDictionary<string, string> Empty =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
