using Bacalhau.Core;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Orchestrator.State;

/// <summary>A job as the store knows it, live or not.</summary>
public sealed record StoredJob
{
    /// <summary>Key of its row; also its age: smaller is older.</summary>
    public required long Key { get; init; }

    /// <summary>Public id.</summary>
    public required JobId Id { get; init; }

    /// <summary>Namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Version that this record describes, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>SHA-256 of <see cref="Spec"/>, lower-case hex.</summary>
    public required string SpecDigest { get; init; }

    /// <summary>The canonical spec.</summary>
    public required byte[] Spec { get; init; }

    /// <summary>State shown to people.</summary>
    public required JobState State { get; init; }

    /// <summary>Message of the state; empty for none.</summary>
    public required string Message { get; init; }

    /// <summary>Counts state changes, from 1.</summary>
    public required long Revision { get; init; }

    /// <summary>When the job was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the version was submitted.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Last change of state.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }
}
