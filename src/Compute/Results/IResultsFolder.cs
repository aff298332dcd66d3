using System.Collections.Immutable;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Logs;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Results;

/// <summary>The results of one execution while it runs: on disk, and in memory in the simulator.</summary>
public interface IResultsFolder
{
    /// <summary>The folder that is published.</summary>
    string Path { get; }

    /// <summary>Whether the folder is there: made, and not deleted since, not even in part.</summary>
    bool IsThere { get; }

    /// <summary>Makes the folder, empty, whatever was there, with one folder for each result path, and says what the program mounts.</summary>
    /// <exception cref="EngineException">A result's name is not possible (a refusal), or the disk does not let.</exception>
    ImmutableArray<Mount> Create(IReadOnlyList<ResultPath> results);

    /// <summary>The same mounts again, of a folder made earlier: for a program that still runs.</summary>
    ImmutableArray<Mount> Find(IReadOnlyList<ResultPath> results);

    /// <summary>Writes <c>stdout</c>, <c>stderr</c> and <c>exitCode</c>; anew if they are there.</summary>
    /// <exception cref="IOException">The disk does not let.</exception>
    void WriteOutcome(ExecutionLog log, int exitCode);

    /// <summary>Bytes in the result paths' folders, without what the node writes itself; links are not followed.</summary>
    long MeasureBytes();

    /// <summary>Deletes it all. Can be repeated.</summary>
    void Delete();
}
