using System.Text;

namespace Bacalhau.Compute.Worker.Contract;

/// <summary>Asks the worker to compile a module.</summary>
/// <param name="ModulePath">File with the module.</param>
/// <param name="OutputPath">File to write the compiled module to.</param>
internal sealed record CompileRequest(string ModulePath, string OutputPath)
{
    /// <summary>The request as the content of a frame.</summary>
    public byte[] ToBytes() => BinaryContent.Write(writer =>
    {
        writer.Write(ModulePath);
        writer.Write(OutputPath);
    });

    /// <summary>Reads the content of a frame.</summary>
    public static CompileRequest FromBytes(ReadOnlyMemory<byte> content)
    {
        using var reader = BinaryContent.Reader(content);
        return new CompileRequest(reader.ReadString(), reader.ReadString());
    }
}

/// <summary>What came of compiling.</summary>
/// <param name="Error">Why it does not compile; empty if it does.</param>
/// <param name="Imports">Names of the modules it imports from, each once.</param>
/// <param name="EntryPoints">Exported functions without parameters.</param>
/// <param name="OtherFunctions">Exported functions with parameters.</param>
internal sealed record CompileReply(string Error, IReadOnlyList<string> Imports, IReadOnlyList<string> EntryPoints, IReadOnlyList<string> OtherFunctions)
{
    /// <summary>The reply as the content of a frame.</summary>
    public byte[] ToBytes() => BinaryContent.Write(writer =>
    {
        writer.Write(Error);
        BinaryContent.WriteStrings(writer, Imports);
        BinaryContent.WriteStrings(writer, EntryPoints);
        BinaryContent.WriteStrings(writer, OtherFunctions);
    });

    /// <summary>Reads the content of a frame.</summary>
    public static CompileReply FromBytes(ReadOnlyMemory<byte> content)
    {
        using var reader = BinaryContent.Reader(content);
        return new CompileReply(
            reader.ReadString(), BinaryContent.ReadStrings(reader), BinaryContent.ReadStrings(reader), BinaryContent.ReadStrings(reader));
    }
}

/// <summary>Content of frames: numbers and length-prefixed UTF-8 text.</summary>
internal static class BinaryContent
{
    /// <summary>What the given function writes.</summary>
    public static byte[] Write(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    /// <summary>A reader of the content.</summary>
    public static BinaryReader Reader(ReadOnlyMemory<byte> content) => new(new MemoryStream(content.ToArray()), Encoding.UTF8);

    /// <summary>Writes a list, its length first.</summary>
    public static void WriteList<T>(BinaryWriter writer, IReadOnlyCollection<T> items, Action<T> write)
    {
        writer.Write(items.Count);
        foreach (var item in items)
        {
            write(item);
        }
    }

    /// <summary>Reads a list that <see cref="WriteList"/> wrote.</summary>
    public static T[] ReadList<T>(BinaryReader reader, Func<T> read)
    {
        var items = new T[reader.ReadInt32()];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = read();
        }

        return items;
    }

    /// <summary>Writes a list of text.</summary>
    public static void WriteStrings(BinaryWriter writer, IReadOnlyCollection<string> items) => WriteList(writer, items, writer.Write);

    /// <summary>Reads a list of text.</summary>
    public static string[] ReadStrings(BinaryReader reader) => ReadList(reader, reader.ReadString);
}
