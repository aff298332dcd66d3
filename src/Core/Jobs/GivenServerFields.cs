using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Which of the fields that the server owns came with a submitted job. The server ignores them with a warning; the command line refuses them.</summary>
public sealed record GivenServerFields
{
    /// <summary>None of them.</summary>
    public static GivenServerFields None { get; } = new();

    /// <summary>The id that was given; empty for none.</summary>
    public string Id { get; init; } = "";

    /// <summary>Names of those given with a value that is not empty, among <c>ID State Version Revision CreateTime ModifyTime</c>, in the order of the warnings.</summary>
    public ImmutableArray<string> WithValue { get; init; } = [];

    /// <summary>Names of those that were written at all, in the order of the document.</summary>
    public ImmutableArray<string> Written { get; init; } = [];
}
