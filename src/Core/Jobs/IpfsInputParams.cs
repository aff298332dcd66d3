using Bacalhau.Core.Content;

namespace Bacalhau.Core.Jobs;

/// <summary>Parameters of the input source <c>ipfs</c>: a file or folder, or one within a folder (spec: engines-storage-publishers.md §4.4).</summary>
/// <param name="Cid">The content.</param>
/// <param name="Path">Path within it, names with slashes between them; empty for all of it.</param>
public sealed record IpfsInputParams(Cid Cid, string Path)
{
    private const string Owner = "the IPFS input";
    private const string Hint = "as 'ipfs add' prints it, such as QmWDurQHZtD1cz3RuuiTtPQjP8RAHGU3VqZ7wV4kcGRHNB; a path may follow: CID/folder/file";

    /// <summary>Reads the parameters; <paramref name="path"/> is where the config stands in the job.</summary>
    public static Parsed<IpfsInputParams> Read(SpecConfig config, string path = "Source")
    {
        var problems = new SpecProblems();
        var reader = new ParamReader(config, path, Owner, problems);
        var text = reader.RequiredText("CID", Hint).Trim();
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (name, below) = slash < 0 ? (text, "") : (text[..slash], text[(slash + 1)..].TrimEnd('/'));
        Cid? cid = null;
        if (problems.IsEmpty && !Cid.TryParse(name, out cid, out var problem))
        {
            reader.Report("CID", $"{Owner}'s CID '{name}' {problem}", Hint);
        }

        if (below.Split('/').Any(part => part is "." or "..") || below.Contains("//", StringComparison.Ordinal) || below.StartsWith('/') || below.Contains('\0'))
        {
            reader.Report("CID", $"{Owner}'s path '{below}' has a part that is no name", "names with one slash between them, without . and ..");
        }

        return new Parsed<IpfsInputParams>(problems.IsEmpty ? new IpfsInputParams(cid!, below) : null, problems.ToImmutable(), [.. reader.Unknown()]);
    }
}
