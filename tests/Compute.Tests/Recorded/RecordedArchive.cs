using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Bacalhau.Compute.Tests.Recorded;

/// <summary>Listings of archives, of the recording and of what is published here, in one form: kind and mode, owner, length, name.</summary>
internal static partial class RecordedArchive
{
    private const UnixFileMode Anybody = (UnixFileMode)0b111_111_111;
    private const UnixFileMode RecordedFolder = (UnixFileMode)0b111_101_101;

    /// <summary>The recorded members that are to be found here: pipes are left out, and the folder itself is no member.</summary>
    public static IReadOnlyList<string> Lines(string listing) =>
    [
        .. from match in LinePattern().Matches(listing)
           let name = match.Groups["name"].Value.Split(" -> ")[0]
           let mode = match.Groups["mode"].Value
           where name != "." && mode[0] != 'p'
           orderby name
           select Line(mode, Id(match.Groups["user"].Value), Id(match.Groups["group"].Value), match.Groups["length"].Value, name),
    ];

    /// <summary>A member of an archive.</summary>
    public static string Line(TarEntry member)
    {
        var name = member.Name.TrimEnd('/');

        // Any user of the image may write into the folder of a result path; then it was root only.
        var mode = member.EntryType == TarEntryType.Directory && !name.Contains('/', StringComparison.Ordinal) && member.Mode == Anybody ? RecordedFolder : member.Mode;
        return Line(Kind(member.EntryType) + Letters(mode), $"{member.Uid}", $"{member.Gid}", member.Length.ToString(CultureInfo.InvariantCulture), name);
    }

    /// <summary>The members of an archive.</summary>
    public static async Task<IReadOnlyList<TarEntry>> ReadAsync(Stream archive)
    {
        await using var unpacked = new GZipStream(archive, CompressionMode.Decompress);
        await using var reader = new TarReader(unpacked);
        var members = new List<TarEntry>();
        while (await reader.GetNextEntryAsync(copyData: true) is { } member)
        {
            members.Add(member);
        }

        return members;
    }

    private static string Line(string mode, string user, string group, string length, string name) => $"{mode} {user}/{group} {length} {name}";

    private static string Id(string name) => name == "root" ? "0" : "1000";

    private static char Kind(TarEntryType type) => type switch { TarEntryType.Directory => 'd', TarEntryType.SymbolicLink => 'l', _ => '-' };

    private static string Letters(UnixFileMode mode)
    {
        var letters = string.Concat(Enumerable.Range(0, 9).Select(bit => ((int)mode >> (8 - bit) & 1) == 1 ? "rwx"[bit % 3] : '-'));
        return mode.HasFlag(UnixFileMode.SetUser) ? letters[..2] + 's' + letters[3..] : letters;
    }

    [GeneratedRegex(@"^(?<mode>[a-z-]{10}) (?<user>\w+)/(?<group>\w+) +(?<length>[0-9]+) <date> (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex LinePattern();
}
