using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.Versioning;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Inline;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Compute.Tests.Inputs;

/// <summary>The inline source; its cases are those of the recording golden/engines/storage-inline.md, and what strangers may try.</summary>
public sealed class InlineInputSourceTests : InputSourceConformance
{
    protected override SpecConfig Refused => Inline("http://example.org/a.txt");

    [Theory]
    [InlineData("data:,hello%20inline", "hello inline")]
    [InlineData("data:text/plain;base64,aGVsbG8K", "hello\n")]
    [InlineData("data:text/plain;charset=utf-8,a,b", "a,b")]
    [InlineData("data:,", "")]
    [InlineData("data:;base64,YSti", "a+b")]
    [InlineData("data:;base64,YSt%69", "a+b")]
    [InlineData("DATA:,x", "x")]
    public async Task Data_is_written_to_a_file(string url, string content) =>
        Assert.Equal(content, await File.ReadAllTextAsync((await PrepareAsync(Inline(url))).Source));

    [Theory]
    [InlineData("")]
    [InlineData("data:x")]
    [InlineData("data:;base64,???")]
    [InlineData("data:,%4")]
    [InlineData("data:,%zz")]
    public async Task What_is_no_data_URL_is_refused(string url) =>
        Assert.Equal("Inline:BadParameters", (await CreateSource().FindRefusalAsync(Input(Inline(url)), default))!.Code);

    [Fact]
    public async Task Bytes_that_are_no_text_are_kept() =>
        Assert.Equal([0, 255, 128], await File.ReadAllBytesAsync((await PrepareAsync(Inline("data:,%00%ff%80"))).Source));

    [Fact]
    public async Task Large_text_is_whole()
    {
        var mount = await PrepareAsync(Inline("data:," + new string('x', 300_000)));

        Assert.Equal(300_000, new FileInfo(mount.Source).Length);
    }

    [Fact]
    public async Task Unpacking_that_is_given_up_ends_after_the_entry_it_is_at()
    {
        var folder = Directory.CreateTempSubdirectory("inline-");
        using var giveUp = new CancellationTokenSource();
        var entries = Enumerable.Range(0, 3).Select(index => new PaxTarEntry(TarEntryType.RegularFile, $"{index}") { DataStream = Content("x") });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            CreateSource().PrepareAsync(new InputRequest(Input(Archive([.. entries])), folder.FullName), new GivingUp(giveUp), giveUp.Token));

        Assert.Equal(["0"], folder.GetFiles("*", SearchOption.AllDirectories).Select(file => file.Name));
        folder.Delete(recursive: true);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Program_in_an_archive_stays_a_program()
    {
        var mount = await PrepareAsync(Archive(new PaxTarEntry(TarEntryType.RegularFile, "run.sh") { DataStream = Content("x"), Mode = (UnixFileMode)0b111_101_101 }));

        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(Path.Combine(mount.Source, "run.sh")));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/x")]
    public async Task Member_that_leads_out_is_refused(string name) => await AssertRefusedAsync(Archive(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = Content("x") }), "leads out");

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    public async Task Link_is_refused(TarEntryType type) => await AssertRefusedAsync(Archive(new PaxTarEntry(type, "link") { LinkName = "target" }), "neither a file nor a folder");

    [Fact]
    public async Task Pipe_is_refused() => await AssertRefusedAsync(Archive(new PaxTarEntry(TarEntryType.Fifo, "pipe")), "neither a file nor a folder");

    [Fact]
    public async Task File_that_unpacks_to_too_much_is_refused() =>
        await AssertRefusedAsync(Archive(new PaxTarEntry(TarEntryType.RegularFile, "zeros") { DataStream = new MemoryStream(new byte[InlineArchive.MostFileBytes + 1]) }), "too large");

    [Fact]
    public async Task Too_many_members_are_refused() =>
        await AssertRefusedAsync(Archive([.. Enumerable.Range(0, InlineArchive.MostEntries + 1).Select(n => new PaxTarEntry(TarEntryType.Directory, $"{n}"))]), "more than");

    [Theory]
    [InlineData("hello\n")]
    [InlineData("")]
    public async Task What_is_no_archive_is_refused(string text) =>
        await AssertRefusedAsync(Inline("data:application/gzip;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(text))), "");

    [Fact]
    public async Task Cut_archive_is_refused()
    {
        var whole = Packed([new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream([.. Enumerable.Range(0, 10_000).Select(n => (byte)(n * n / 7))]) }]);

        await AssertRefusedAsync(Inline("data:application/gzip;base64," + Convert.ToBase64String(whole[..(whole.Length / 2)])), "");
    }

    protected override IInputSource CreateSource() => new InlineInputSource();

    protected override Task<SpecConfig> FileAsync(string content) =>
        Task.FromResult(Inline("data:text/plain;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(content))));

    /// <summary>An archive without an entry for its folder <c>sub</c>, which the reference does not unpack.</summary>
    protected override Task<SpecConfig?> FolderAsync() => Task.FromResult<SpecConfig?>(Archive(
        new PaxTarEntry(TarEntryType.RegularFile, "a.txt") { DataStream = Content("from a") },
        new PaxTarEntry(TarEntryType.RegularFile, "sub/b.txt") { DataStream = Content("from b") }));

    private static SpecConfig Inline(string url) => Spec.Of("inline", ("URL", url));

    private static SpecConfig Archive(params TarEntry[] entries) => Inline("data:application/gzip;base64," + Convert.ToBase64String(Packed(entries)));

    private static byte[] Packed(TarEntry[] entries)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        using (var writer = new TarWriter(gzip))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Gives up at the first sign of progress.</summary>
    private sealed class GivingUp(CancellationTokenSource source) : IProgress<ExecutionProgress>
    {
        public void Report(ExecutionProgress value) => source.Cancel();
    }

    private static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));

    private async Task AssertRefusedAsync(SpecConfig source, string words)
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => PrepareAsync(source));

        Assert.True(error.IsRefusal);
        Assert.Contains(words, error.Problem.Message, StringComparison.Ordinal);
    }
}
