using System.Collections.Immutable;

namespace Bacalhau.Protocol.Processes;

/// <summary>A program that is to end when this process ends, however that happens.</summary>
public sealed record SupervisedProgram
{
    /// <summary>Absolute path, or a name that is looked up in PATH.</summary>
    public required string Path { get; init; }

    /// <summary>Its arguments.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Folder it starts in; null for this process's own.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>From TERM to KILL when it is stopped or this process has gone.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets each line that it writes to standard output or standard error, one after the other; null to drop them.</summary>
    public Action<string>? Line { get; init; }
}
