using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Bacalhau.Cli.Tests.Support;
using static Bacalhau.Cli.Tests.Support.OfferedResults;

namespace Bacalhau.Cli.Tests.Jobs;

/// <summary>
/// The recordings golden/engines/publishers.md and publishers-more.md: the archives that the reference published, pipes and links without a target among them, give the
/// files here that its <c>job get</c> wrote.
/// </summary>
public sealed partial class RecordedDownloadsTests
{
    private const string Execution = "e-11111111-1111-4111-8111-111111111111";

    public static TheoryData<string> Recorded => [.. Cases().Select(found => found.Name)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task Files_are_those_that_were_written_then(string name)
    {
        var recorded = Cases().Single(found => found.Name == name);
        await using var api = Api((Execution, ArchiveOf(recorded)));
        using var cli = new CliRun().With(api);

        var result = await cli.RunAsync("job", "get", "out");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(recorded.Written.Select(file => file.ToString()), Listed(cli.PathOf("job-out")).Select(file => file.ToString()));
        Assert.Equal(recorded.Archived.Any(member => member.Mode[0] == 'p'), result.Error.Contains("'outputs/pipe'", StringComparison.Ordinal));
    }

    private static IEnumerable<(string Name, IReadOnlyList<Member> Archived, IReadOnlyList<Member> Written)> Cases() =>
        from file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden", "Publishers")).Order(StringComparer.Ordinal)
        from Match found in CasePattern().Matches(File.ReadAllText(file))
        let body = found.Groups["body"].Value
        where ArchivePattern().IsMatch(body) && WrittenPattern().IsMatch(body)
        select ($"{Path.GetFileNameWithoutExtension(file)}/{found.Groups["name"].Value}", Members(ArchivePattern().Match(body), ArchivedPattern()), Members(WrittenPattern().Match(body), FilePattern()));

    private static IReadOnlyList<Member> Members(Match listing, Regex line) =>
    [
        .. from match in line.Matches(listing.Groups["list"].Value)
           let text = match.Groups["text"].Value.Replace("\\n", "\n", StringComparison.Ordinal)
           let path = match.Groups["path"].Value.Split(" -> ")[0].TrimEnd('/')
           orderby path
           select new Member(path, match.Groups["mode"].Value, text),
    ];

    /// <summary>An archive of what was listed, with the texts of the files that were written of it.</summary>
    private static byte[] ArchiveOf((string Name, IReadOnlyList<Member> Archived, IReadOnlyList<Member> Written) recorded)
    {
        using var plain = new MemoryStream();
        using (var tar = new TarWriter(plain, leaveOpen: true))
        {
            foreach (var member in recorded.Archived)
            {
                var entry = new UstarTarEntry(TypeOf(member.Mode[0]), member.Path) { Mode = ModeOf(member.Mode) };
                if (entry.EntryType == TarEntryType.SymbolicLink)
                {
                    entry.LinkName = "?";
                }
                else if (entry.EntryType == TarEntryType.RegularFile)
                {
                    entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(recorded.Written.Single(file => file.Path == member.Path).Text));
                }

                tar.WriteEntry(entry);
            }
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(WithoutLinkTargets(plain.ToArray()));
        }

        return packed.ToArray();
    }

    /// <summary>Takes the targets out of links, which no library writes so.</summary>
    private static byte[] WithoutLinkTargets(byte[] tar)
    {
        for (var at = 0; at + 512 <= tar.Length && tar[at] != 0;)
        {
            var header = tar.AsSpan(at, 512);
            if (header[156] == '2')
            {
                header[157] = 0;
                header.Slice(148, 8).Fill((byte)' ');
                Encoding.ASCII.GetBytes($"{Convert.ToString(header.ToArray().Sum(value => value), 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
            }

            var length = Convert.ToInt32(Encoding.ASCII.GetString(header.Slice(124, 11)).Trim('\0', ' '), 8);
            at += 512 + ((length + 511) / 512 * 512);
        }

        return tar;
    }

    private static IEnumerable<Member> Listed(string folder) =>
        from found in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(folder, found.FullName)
        orderby path
        select new Member(path, Letters(found), found is FileInfo file ? File.ReadAllText(file.FullName) : "");

    private static string Letters(FileSystemInfo found) =>
        (found is DirectoryInfo ? 'd' : '-') + string.Concat(Enumerable.Range(0, 9).Select(bit => ((int)found.UnixFileMode >> (8 - bit) & 1) == 1 ? "rwx"[bit % 3] : '-'));

    private static TarEntryType TypeOf(char kind) => kind switch
    {
        'd' => TarEntryType.Directory,
        'l' => TarEntryType.SymbolicLink,
        'p' => TarEntryType.Fifo,
        _ => TarEntryType.RegularFile,
    };

    private static UnixFileMode ModeOf(string letters)
    {
        var mode = (UnixFileMode)letters[1..].Aggregate(0, (bits, letter) => (bits << 1) | (letter == '-' ? 0 : 1));
        return letters[3] == 's' ? mode | UnixFileMode.SetUser : mode;
    }

    [GeneratedRegex(@"^## (?<name>[^\n]+)\n\n```yaml\n.*?\n```\n(?<body>.*?)(?=^## |\z)", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CasePattern();

    [GeneratedRegex(@"^Archive as published:\n\n```\n(?<list>.*?)\n```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex ArchivePattern();

    [GeneratedRegex(@"^`job get` \(exit 0\) wrote:\n\n```\n(?<list>.*?)\n```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex WrittenPattern();

    [GeneratedRegex(@"^(?<mode>[a-z-]{10}) \w+/\w+ +[0-9]+ <date> (?<path>.+)$", RegexOptions.Multiline)]
    private static partial Regex ArchivedPattern();

    [GeneratedRegex(@"^(?<mode>[a-z-]{10}) 0:0 (?<path>\S+)( \([0-9]+\))?( ['""](?<text>.*)['""])?$", RegexOptions.Multiline)]
    private static partial Regex FilePattern();

    private sealed record Member(string Path, string Mode, string Text);
}
