namespace Bacalhau.Compute.Worker.Contract;

/// <summary>Asks the worker to run a program. What the program sees is what stands here, and nothing else.</summary>
internal sealed record RunRequest
{
    /// <summary>Compiled modules in the order of their instantiation, the program last.</summary>
    public required IReadOnlyList<CompiledModule> Modules { get; init; }

    /// <summary>Exported function to call.</summary>
    public required string Entrypoint { get; init; }

    /// <summary>Arguments, the program's name first.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The complete environment, in the order in which the program sees it.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>An empty folder that becomes the program's read-only <c>/</c>, with the files and a mount point for each folder in it.</summary>
    public required string RootFolder { get; init; }

    /// <summary>Single files to lay below the root; read-only for the program.</summary>
    public required IReadOnlyList<MountedFile> Files { get; init; }

    /// <summary>Folders to mount.</summary>
    public required IReadOnlyList<MountedFolder> Folders { get; init; }

    /// <summary>Bytes of memory the program may use; 0 for no limit.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The request as the content of a frame.</summary>
    public byte[] ToBytes() => BinaryContent.Write(writer =>
    {
        BinaryContent.WriteList(writer, Modules, module =>
        {
            writer.Write(module.ImportName);
            writer.Write(module.Path);
        });
        writer.Write(Entrypoint);
        BinaryContent.WriteStrings(writer, Arguments);
        BinaryContent.WriteList(writer, Environment, variable =>
        {
            writer.Write(variable.Key);
            writer.Write(variable.Value);
        });
        writer.Write(RootFolder);
        BinaryContent.WriteList(writer, Files, file =>
        {
            writer.Write(file.Source);
            writer.Write(file.Target);
        });
        BinaryContent.WriteList(writer, Folders, folder =>
        {
            writer.Write(folder.Source);
            writer.Write(folder.Target);
            writer.Write(folder.Writable);
        });
        writer.Write(MemoryBytes);
    });

    /// <summary>Reads the content of a frame.</summary>
    public static RunRequest FromBytes(ReadOnlyMemory<byte> content)
    {
        using var reader = BinaryContent.Reader(content);
        return new RunRequest
        {
            Modules = BinaryContent.ReadList(reader, () => new CompiledModule(reader.ReadString(), reader.ReadString())),
            Entrypoint = reader.ReadString(),
            Arguments = BinaryContent.ReadStrings(reader),
            Environment = BinaryContent.ReadList(reader, () => KeyValuePair.Create(reader.ReadString(), reader.ReadString())),
            RootFolder = reader.ReadString(),
            Files = BinaryContent.ReadList(reader, () => new MountedFile(reader.ReadString(), reader.ReadString())),
            Folders = BinaryContent.ReadList(reader, () => new MountedFolder(reader.ReadString(), reader.ReadString(), reader.ReadBoolean())),
            MemoryBytes = reader.ReadInt64(),
        };
    }
}

/// <summary>One compiled module.</summary>
/// <param name="ImportName">Name by which the modules after it import from it; empty for the program itself.</param>
/// <param name="Path">File with the compiled module. It must come from a <see cref="CompileRequest"/>: nothing in it is verified.</param>
internal sealed record CompiledModule(string ImportName, string Path);

/// <summary>A file that the program sees.</summary>
/// <param name="Source">Path on the node.</param>
/// <param name="Target">Path from the root, without a leading slash.</param>
internal sealed record MountedFile(string Source, string Target);

/// <summary>A folder that the program sees.</summary>
/// <param name="Source">Path on the node.</param>
/// <param name="Target">Path from the root, without a leading slash.</param>
/// <param name="Writable">Whether the program may write there.</param>
internal sealed record MountedFolder(string Source, string Target, bool Writable);
