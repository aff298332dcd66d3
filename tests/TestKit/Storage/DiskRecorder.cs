namespace Bacalhau.TestKit.Storage;

/// <summary>
/// Records what SQLite writes and syncs in one folder, and makes the folder again as a power cut would leave it: with what was synced, and of the rest nothing or
/// only parts. It can also say that the disk is full. Start it before the database is opened.
/// </summary>
public sealed class DiskRecorder : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<DiskOperation> operations = [];
    private bool isFull;

    private DiskRecorder(string folder) => Folder = Path.GetFullPath(folder);

    /// <summary>The recorded folder.</summary>
    public string Folder { get; }

    /// <summary>Begins to record a folder that exists.</summary>
    public static DiskRecorder Start(string folder)
    {
        var recorder = new DiskRecorder(folder);
        RecordingVfs.Add(recorder);
        return recorder;
    }

    /// <summary>Whether every write fails for want of space.</summary>
    public bool IsFull
    {
        get
        {
            lock (gate)
            {
                return isFull;
            }
        }

        set
        {
            lock (gate)
            {
                isFull = value;
            }
        }
    }

    /// <summary>How much has happened so far: a moment at which the power may be cut.</summary>
    public int Now
    {
        get
        {
            lock (gate)
            {
                return operations.Count;
            }
        }
    }

    /// <summary>Moments right after each sync.</summary>
    public IReadOnlyList<int> Syncs
    {
        get
        {
            lock (gate)
            {
                return [.. operations.Index().Where(pair => pair.Item.Kind == DiskOperationKind.Sync).Select(pair => pair.Index + 1)];
            }
        }
    }

    /// <summary>Looks at the files as a power cut at a moment leaves them.</summary>
    /// <param name="moment">The moment, as <see cref="Now"/> told it.</param>
    /// <param name="chance">Picks the writes without a sync that reached the disk all the same; null for none.</param>
    /// <param name="look">Looks at the folder; it is deleted afterwards.</param>
    public T AfterPowerCut<T>(int moment, Random? chance, Func<string, T> look)
    {
        var folder = Directory.CreateTempSubdirectory("bacalhau-cut-").FullName;
        try
        {
            CutPower(moment, folder, chance);
            return look(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => RecordingVfs.Remove(this);

    /// <summary>Whether a path lies in the folder.</summary>
    internal bool Covers(string path) => Path.GetDirectoryName(path) == Folder;

    /// <summary>Notes what was done.</summary>
    internal void Note(DiskOperation operation)
    {
        lock (gate)
        {
            operations.Add(operation);
        }
    }

    private void CutPower(int moment, string target, Random? chance)
    {
        var files = new SortedDictionary<string, DiskFile>(StringComparer.Ordinal);
        lock (gate)
        {
            foreach (var operation in operations.Take(moment))
            {
                if (operation.Kind == DiskOperationKind.Delete)
                {
                    files.Remove(operation.File);
                    continue;
                }

                if (!files.TryGetValue(operation.File, out var file))
                {
                    files[operation.File] = file = new DiskFile();
                }

                file.Add(operation);
            }
        }

        foreach (var (name, file) in files)
        {
            file.Survive(chance);
            if (file.Length > 0)
            {
                File.WriteAllBytes(Path.Combine(target, name), file.Content);
            }
        }
    }
}

/// <summary>What was done to a file.</summary>
internal enum DiskOperationKind
{
    /// <summary>Bytes were written.</summary>
    Write,

    /// <summary>It was cut or lengthened.</summary>
    Truncate,

    /// <summary>All before is on disk.</summary>
    Sync,

    /// <summary>It was deleted.</summary>
    Delete,
}

/// <summary>One thing done to a file.</summary>
/// <param name="Kind">What.</param>
/// <param name="File">Name of the file in its folder.</param>
/// <param name="Offset">Where it was written; the new length of a truncation.</param>
/// <param name="Bytes">What was written.</param>
internal sealed record DiskOperation(DiskOperationKind Kind, string File, long Offset, byte[] Bytes);
