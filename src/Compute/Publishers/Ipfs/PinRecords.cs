using System.Text.RegularExpressions;
using Bacalhau.Core;
using Bacalhau.Core.Content;

namespace Bacalhau.Compute.Publishers.Ipfs;

/// <summary>
/// Which results this node has had pinned, an empty file for each, named <c>&lt;executionID&gt;.&lt;CID&gt;</c>. Equal results have the same CID and only one pin,
/// so a pin goes with the last execution that needs it.
/// </summary>
internal sealed partial class PinRecords(string folder)
{
    /// <summary>Remembers a result of an execution.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public void Add(ExecutionId execution, Cid cid)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(PathOf(execution, cid), []);
    }

    /// <summary>The results of an execution: none, one or, where it was published again, more.</summary>
    public IReadOnlyList<Cid> Find(ExecutionId execution) =>
        NamePattern().IsMatch(execution.Value) && Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, $"{execution}.*").Select(file => Cid.TryParse(Path.GetExtension(file).TrimStart('.'), out var cid, out _) ? cid : null).OfType<Cid>()]
            : [];

    /// <summary>Forgets a result of an execution.</summary>
    public void Remove(ExecutionId execution, Cid cid) => File.Delete(PathOf(execution, cid));

    /// <summary>Whether an execution needs a CID.</summary>
    /// <param name="cid">The CID.</param>
    /// <param name="besides">An execution that is not asked for; null for none.</param>
    public bool IsNeeded(Cid cid, ExecutionId? besides = null) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, $"*.{cid.Canonical}").Any(file => Path.GetFileNameWithoutExtension(file) != besides?.Value);

    private string PathOf(ExecutionId execution, Cid cid) => NamePattern().IsMatch(execution.Value)
        ? Path.Combine(folder, $"{execution}.{cid.Canonical}")
        : throw new IOException($"'{execution}' cannot be a file's name");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,99}\z")]
    private static partial Regex NamePattern();
}
