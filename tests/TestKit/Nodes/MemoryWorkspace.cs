using System.Collections.Immutable;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Logs;
using Bacalhau.Compute.Results;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;

namespace Bacalhau.TestKit.Nodes;

/// <summary>A node's disk in memory; it outlives the node objects made over it.</summary>
/// <param name="clock">Clock of the logs' frames.</param>
/// <param name="logLimitBytes">Most bytes of one log.</param>
public sealed class MemoryWorkspace(TimeProvider clock, long logLimitBytes = 1024 * 1024) : IWorkspace
{
    private readonly SortedDictionary<ExecutionId, Folder> folders = [];

    /// <summary>Specs kept, by digest.</summary>
    public SortedDictionary<string, byte[]> Specs { get; } = new(StringComparer.Ordinal);

    /// <summary>Executions that have a folder.</summary>
    public IEnumerable<ExecutionId> Folders => folders.Keys;

    /// <summary>How often a folder was cleared.</summary>
    public int TimesCleared { get; private set; }

    /// <summary>The results of an execution; null if it has no folder.</summary>
    public MemoryResults? ResultsOf(ExecutionId execution) => folders.GetValueOrDefault(execution)?.Kept;

    /// <inheritdoc/>
    public byte[]? FindSpec(string digest) => Specs.GetValueOrDefault(digest);

    /// <inheritdoc/>
    public void KeepSpec(string digest, byte[] bytes) => Specs[digest] = bytes;

    /// <inheritdoc/>
    public void DropSpec(string digest) => Specs.Remove(digest);

    /// <inheritdoc/>
    public IExecutionFolder FolderOf(ExecutionId execution) => new Handle(this, execution);

    /// <inheritdoc/>
    public void Sweep(IReadOnlySet<ExecutionId> held, IReadOnlySet<string> digests)
    {
        folders.Keys.Where(id => !held.Contains(id)).ToList().ForEach(id => folders.Remove(id));
        Specs.Keys.Where(digest => !digests.Contains(digest)).ToList().ForEach(digest => Specs.Remove(digest));
    }

    private Folder Make(ExecutionId execution)
    {
        lock (folders)
        {
            return folders.TryGetValue(execution, out var folder) ? folder : folders[execution] = new Folder(execution);
        }
    }

    private sealed class Folder(ExecutionId execution)
    {
        public MemoryResults Kept { get; } = new(execution);

        public byte[]? Log { get; set; }
    }

    private sealed class Handle(MemoryWorkspace workspace, ExecutionId execution) : IExecutionFolder
    {
        public IResultsFolder Results => workspace.Make(execution).Kept;

        public bool HasLog => workspace.folders.GetValueOrDefault(execution)?.Log is not null;

        public string Scratch => $"/memory/{execution}/scratch";

        public string MakeInput(int index) => $"/memory/{workspace.Make(execution).Kept.Execution}/inputs/{index}";

        public ExecutionLog OpenLog()
        {
            var folder = workspace.Make(execution);
            return new ExecutionLog(new KeptStream(folder.Log ?? [], bytes => folder.Log = bytes), workspace.Clock, workspace.LogLimit);
        }

        public void Clear(bool keepsResults)
        {
            workspace.TimesCleared++;
            if (!keepsResults)
            {
                workspace.folders.GetValueOrDefault(execution)?.Kept.Delete();
            }
        }

        public void Delete()
        {
            lock (workspace.folders)
            {
                workspace.folders.Remove(execution);
            }
        }
    }

    private TimeProvider Clock => clock;

    private long LogLimit => logLimitBytes;

    /// <summary>Gives its bytes back when it is closed, as a file does.</summary>
    private sealed class KeptStream : MemoryStream
    {
        private readonly Action<byte[]> keep;

        public KeptStream(byte[] bytes, Action<byte[]> keep)
        {
            this.keep = keep;
            Write(bytes);
            Position = 0;
            keep(bytes);
        }

        protected override void Dispose(bool disposing)
        {
            keep(ToArray());
            base.Dispose(disposing);
        }
    }
}

/// <summary>Results in memory: only what the node itself writes.</summary>
/// <param name="execution">Whose they are.</param>
public sealed class MemoryResults(ExecutionId execution) : IResultsFolder
{
    /// <summary>Whose they are.</summary>
    public ExecutionId Execution => execution;

    /// <summary>How often the folder was made anew.</summary>
    public int TimesCreated { get; private set; }

    /// <summary>Exit code as written; null if none was.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>What the program is taken to have left.</summary>
    public long Bytes { get; set; }

    /// <inheritdoc/>
    public bool IsThere { get; private set; }

    /// <inheritdoc/>
    public string Path => $"/memory/{execution}/results";

    /// <inheritdoc/>
    public ImmutableArray<Mount> Create(IReadOnlyList<ResultPath> results)
    {
        if (ResultNames.FindProblem(results) is { } problem)
        {
            throw new EngineException(problem, isRefusal: true);
        }

        TimesCreated++;
        IsThere = true;
        return Find(results);
    }

    /// <inheritdoc/>
    public ImmutableArray<Mount> Find(IReadOnlyList<ResultPath> results) =>
        [.. results.Select(result => new Mount($"{Path}/{result.Name}", result.Path, Writable: true))];

    /// <inheritdoc/>
    public void WriteOutcome(ExecutionLog log, int exitCode) => ExitCode = exitCode;

    /// <inheritdoc/>
    public long MeasureBytes() => Bytes;

    /// <inheritdoc/>
    public void Delete() => (ExitCode, Bytes, IsThere) = (null, 0, false);
}
