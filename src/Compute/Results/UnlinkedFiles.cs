using System.Collections;
using System.IO.Enumeration;

namespace Bacalhau.Compute.Results;

/// <summary>Sizes of all files below a folder, without following links. Folders that vanish or refuse meanwhile are left out.</summary>
internal sealed class UnlinkedFiles(string folder) : IEnumerable<long>
{
    /// <inheritdoc/>
    public IEnumerator<long> GetEnumerator() =>
        new FileSystemEnumerable<long>(folder, (ref entry) => entry.Length, new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = 0,
        })
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && !IsLink(ref entry),
            ShouldRecursePredicate = (ref entry) => !IsLink(ref entry),
        }.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsLink(ref FileSystemEntry entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
