using System.Formats.Tar;
using System.IO.Compression;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary>Reads a module as it is written on the command line: an address, a file of this machine, or the target of an input.</summary>
internal static class WasmModuleText
{
    private const string DefaultTarget = "main.wasm";

    /// <summary>Files up to this size travel as they are, larger ones packed.</summary>
    private const long MostPlainBytes = 512;

    /// <summary>A file larger than this does not fit into a job.</summary>
    private const long MostBytes = 8 << 20;

    /// <summary>The module that is run, with the input that brings it; no input if one of the others does.</summary>
    /// <exception cref="CliException">It is a folder, or too large.</exception>
    public static (string Target, InputSource? Input) Entry(CliHost host, string text) => Resolve(host, text, "entry", DefaultTarget);

    /// <summary>A module that is imported.</summary>
    /// <exception cref="CliException">It has no target, is a folder, or too large.</exception>
    public static (string Target, InputSource? Input) Import(CliHost host, string text) => Resolve(host, text, "import", "");

    private static (string Target, InputSource? Input) Resolve(CliHost host, string text, string kind, string defaultTarget)
    {
        if (text.Contains("://", StringComparison.Ordinal))
            return OfAddress(text, kind, defaultTarget);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var hasTarget = colon > 0 && text.IndexOf(':', colon + 1) < 0;
        var path = host.PathOf(hasTarget ? text[..colon] : text);
        if (Directory.Exists(path))
            throw new CliException($"failed to parse {kind} module: \"{text}\" should point to a single file");
        if (!File.Exists(path))
            return (text, null);
        var target = hasTarget ? text[(colon + 1)..] : defaultTarget;
        return target.Length > 0
            ? (target, new InputSource { Source = new SpecConfig { Type = "inline", Params = ParamJson.None.WithText("URL", DataUrl(path)) }, Target = target })
            : throw NoTarget(text);
    }

    private static (string Target, InputSource? Input) OfAddress(string text, string kind, string defaultTarget)
    {
        try
        {
            var input = InputText.Parse(text, defaultTarget);
            return input.Target.Length > 0 ? (input.Target, input) : throw NoTarget(text);
        }
        catch (FormatException problem)
        {
            throw new CliException($"failed to parse {kind} module \"{text}\": {problem.Message}");
        }
    }

    private static CliException NoTarget(string text) => new($"the import module {text} has no target", $"Write {text}:target, the name under which it is imported");

    private static string DataUrl(string path)
    {
        var size = new FileInfo(path).Length;
        if (size > MostBytes)
            throw new CliException($"the module {path} has {size} bytes, too many to travel in a job", "Put it at an address and name that, as s3://bucket/key or https://host/file");
        if (!IsModule(path))
            throw new CliException($"{path} is no WebAssembly module", "Give a .wasm file in binary form, as compilers write it");
        return size <= MostPlainBytes
            ? "data:application/wasm;base64," + Convert.ToBase64String(File.ReadAllBytes(path))
            : "data:application/gzip;base64," + Convert.ToBase64String(Packed(path));
    }

    private static bool IsModule(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[4];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("\0asm"u8);
    }

    private static byte[] Packed(string path)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        using (var content = File.OpenRead(path))
        {
            // Nothing of this machine but the name and the bytes travels: the same module gives the same job. A folder's one module is found by its extension.
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, Path.ChangeExtension(Path.GetFileName(path), ".wasm"))
            {
                DataStream = content,
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            });
        }
        return buffer.ToArray();
    }
}
