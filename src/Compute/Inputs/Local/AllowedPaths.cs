using System.Collections.Immutable;

namespace Bacalhau.Compute.Inputs.Local;

/// <summary>The paths of this node that jobs may use (<c>Compute.AllowListedLocalPaths</c>).</summary>
public sealed class AllowedPaths
{
    private readonly ImmutableArray<(PathGlob Glob, bool IsWritable)> entries;

    private AllowedPaths(ImmutableArray<(PathGlob Glob, bool IsWritable)> entries) => this.entries = entries;

    /// <summary>Whether no path at all is allowed.</summary>
    public bool IsEmpty => entries.IsEmpty;

    /// <summary>Reads entries <c>pattern[:ro|:rw]</c>; without an ending they are read-only.</summary>
    /// <exception cref="FormatException">An entry cannot be read; the message names it.</exception>
    public static AllowedPaths Parse(IEnumerable<string> entries) => new([.. entries.Select(Parse)]);

    /// <summary>Whether a path, with its links resolved, may be used so.</summary>
    internal bool Allows(string resolvedPath, bool writable) =>
        entries.Any(entry => (entry.IsWritable || !writable) && entry.Glob.IsMatch(resolvedPath));

    private static (PathGlob Glob, bool IsWritable) Parse(string entry)
    {
        var text = entry.Trim();
        var isWritable = text.EndsWith(":rw", StringComparison.OrdinalIgnoreCase);
        if (isWritable || text.EndsWith(":ro", StringComparison.OrdinalIgnoreCase))
        {
            text = text[..^3];
        }

        try
        {
            return (new PathGlob(text), isWritable);
        }
        catch (FormatException e)
        {
            throw new FormatException($"Compute.AllowListedLocalPaths: {e.Message}: write an absolute path or pattern, such as '/data/**:ro'", e);
        }
    }
}
