using System.Collections.Immutable;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Orchestrator.State;

/// <summary>Which jobs a list shows.</summary>
public sealed record JobListQuery
{
    /// <summary>Namespace; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>State; null for all.</summary>
    public JobState? State { get; init; }

    /// <summary>Requirements on labels; all must hold.</summary>
    public ImmutableArray<LabelRequirement> Labels { get; init; } = [];

    /// <summary>Whether the order is that of the last change, not of creation.</summary>
    public bool ByChange { get; init; }

    /// <summary>Whether the newest come first.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Most jobs; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>The place after which the page begins; null for the first page.</summary>
    public PagePlace? After { get; init; }
}

/// <summary>A place in a list that stays where it is while the list grows.</summary>
/// <param name="Time">UTC ticks of the last change; 0 in lists in order of creation.</param>
/// <param name="Key">Key of the row.</param>
public readonly record struct PagePlace(long Time, long Key);

/// <summary>A page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The page.</param>
/// <param name="Next">The place after which the next page begins; null at the end.</param>
public sealed record Page<T>(ImmutableArray<T> Items, PagePlace? Next);
