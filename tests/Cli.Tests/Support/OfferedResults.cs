using System.Formats.Tar;
using System.IO.Compression;

namespace Bacalhau.Cli.Tests.Support;

/// <summary>Results that a server offers to <c>job get</c>.</summary>
internal static class OfferedResults
{
    /// <summary>Offers results of the jobs <c>out</c> and <c>two</c>.</summary>
    public static FakeApi Api(params (string Execution, byte[] Archive)[] results)
    {
        var api = new FakeApi();
        foreach (var (execution, archive) in results)
            api.On("GET", $"/{execution}-secret.tar.gz", _ => new(200, archive));
        var list = Results([.. results.Select(result => $"{api.Address}/{result.Execution}-secret.tar.gz")]);
        return api.On("GET", "/orchestrator/jobs/out/results", list).On("GET", "/orchestrator/jobs/two/results", list);
    }

    /// <summary>The list of results behind addresses.</summary>
    public static string Results(params string[] addresses) =>
        $$"""{"NextToken":"","Items":[{{string.Join(',', addresses.Select(address => $$$"""{"Type":"urlDownload","Params":{"URL":"{{{address}}}"}}"""))}}]}""";

    /// <summary>An archive of files.</summary>
    public static byte[] Archive(params (string Name, string Text)[] files) => Archive([.. files.Select(file => (file.Name, file.Text, TarEntryType.RegularFile))]);

    /// <summary>An archive of files and links.</summary>
    public static byte[] Archive((string Name, string Text, TarEntryType Type)[] files)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            foreach (var (name, text, type) in files)
            {
                var entry = new PaxTarEntry(type, name);
                if (type == TarEntryType.SymbolicLink)
                    entry.LinkName = text;
                else
                    entry.DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
                tar.WriteEntry(entry);
            }
        }
        return buffer.ToArray();
    }
}
