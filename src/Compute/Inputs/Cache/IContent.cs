using Bacalhau.Compute.Engines;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Cache;

/// <summary>One file that a source can fetch.</summary>
internal interface IContent
{
    /// <summary>Tells what is fetched from everything else, credentials included. It is not kept in clear.</summary>
    string Key { get; }

    /// <summary>Where it is, whatever its content: what lies beneath a place begins with its location. Empty for what nobody asks for.</summary>
    string Location => "";

    /// <summary>Fetches it, going on where the file ends, or finds that what is known is still right.</summary>
    /// <exception cref="EngineException">It cannot be had.</exception>
    Task<Fetched> FetchAsync(PartialFile into, CacheEntry? known, IProgress<ExecutionProgress> progress, CancellationToken cancellation);

    /// <summary>What is told to an execution that it is too large for.</summary>
    EngineException TooLarge(long mostBytes);
}

/// <summary>What a source says of what it has fetched.</summary>
/// <param name="IsUnchanged">Whether what was known is still right, and nothing was fetched.</param>
/// <param name="Name">What programs find it under; empty where the source gives no name.</param>
/// <param name="Validators">What tells it from any other content.</param>
/// <param name="MayBeKept">Whether the source lets it be kept for others.</param>
internal sealed record Fetched(bool IsUnchanged, string Name, Validators Validators, bool MayBeKept = true)
{
    /// <summary>What is known is still right.</summary>
    public static readonly Fetched Unchanged = new(true, "", Validators.None);
}
