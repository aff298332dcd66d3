using Microsoft.Win32.SafeHandles;

namespace Bacalhau.Compute.Results;

/// <summary>What an entry of a results folder is.</summary>
public enum ResultKind
{
    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A plain file.</summary>
    File,

    /// <summary>A symbolic link, never followed.</summary>
    Link,

    /// <summary>A device, pipe or socket, or what cannot be read: left out, with a warning.</summary>
    LeftOut,
}

/// <summary>One entry of a results folder. Valid until the walk goes on.</summary>
public sealed class ResultEntry
{
    private readonly SafeFileHandle? opened;

    internal ResultEntry(string path, ResultKind kind, SafeFileHandle? opened = null, FileFacts facts = default) =>
        (Path, Kind, this.opened, Facts) = (path, kind, opened, facts);

    /// <summary>Path below the folder, with slashes.</summary>
    public string Path { get; }

    /// <summary>What it is.</summary>
    public ResultKind Kind { get; }

    /// <summary>Where a link points, as written in it.</summary>
    public string LinkTarget { get; internal init; } = "";

    /// <summary>Why it is left out.</summary>
    public string Reason { get; internal init; } = "";

    /// <summary>Bytes of a file.</summary>
    public long Bytes => Facts.Bytes;

    /// <summary>Permissions, owner and time.</summary>
    internal FileFacts Facts { get; }

    /// <summary>Opens a file for reading: the very file that the walk saw, whatever its path leads to now.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public FileStream OpenRead() => new($"/proc/self/fd/{opened!.DangerousGetHandle()}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
}
