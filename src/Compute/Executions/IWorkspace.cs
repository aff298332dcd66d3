using Bacalhau.Compute.Logs;
using Bacalhau.Compute.Results;
using Bacalhau.Core;

namespace Bacalhau.Compute.Executions;

/// <summary>What a node keeps beside its store: job specs by their digest, and a folder for each execution. A disk, and memory in the simulator.</summary>
public interface IWorkspace
{
    /// <summary>A job's canonical spec as it was kept; null if it is not here. The caller checks the digest.</summary>
    byte[]? FindSpec(string digest);

    /// <summary>Keeps a job's canonical spec.</summary>
    void KeepSpec(string digest, byte[] bytes);

    /// <summary>Drops a spec that no execution needs any more.</summary>
    void DropSpec(string digest);

    /// <summary>The folder of an execution, which need not exist.</summary>
    IExecutionFolder FolderOf(ExecutionId execution);

    /// <summary>Removes all that belongs to no execution that is held.</summary>
    void Sweep(IReadOnlySet<ExecutionId> held, IReadOnlySet<string> digests);
}

/// <summary>What one execution has on the node's disk.</summary>
public interface IExecutionFolder
{
    /// <summary>Its results.</summary>
    IResultsFolder Results { get; }

    /// <summary>Path of the folder for the engine's scratch files, which the engine makes when it needs it.</summary>
    string Scratch { get; }

    /// <summary>Makes an empty folder for one of its inputs, and says where.</summary>
    string MakeInput(int index);

    /// <summary>Opens its log. One that is not there takes its place on disk with the first output.</summary>
    ExecutionLog OpenLog();

    /// <summary>Whether it has a log with output.</summary>
    bool HasLog { get; }

    /// <summary>Removes everything but the log, and the results if so asked. Can be repeated.</summary>
    void Clear(bool keepsResults = false);

    /// <summary>Removes everything. Can be repeated.</summary>
    void Delete();
}
