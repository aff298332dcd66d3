using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bacalhau.Core.Content;

namespace Bacalhau.Compute.Ipfs;

/// <summary>A file.</summary>
/// <param name="Path">Its path in the folder; empty where it is the content itself.</param>
/// <param name="Cid">Its content.</param>
/// <param name="Bytes">Its length; of a single block of plain bytes only as whoever made the folder says, 0 if nobody says.</param>
public sealed record IpfsFile(string Path, Cid Cid, long Bytes);

/// <summary>What is beneath a CID. No path leads out of the folder.</summary>
/// <param name="IsFile">Whether it is one file, and not a folder.</param>
/// <param name="Files">The files.</param>
/// <param name="Folders">Paths of the folders, each before those in it; without the folder itself.</param>
/// <param name="Links">Symbolic links, which stay within the folder.</param>
public sealed record IpfsListing(bool IsFile, ImmutableArray<IpfsFile> Files, ImmutableArray<string> Folders, ImmutableArray<(string Path, string Target)> Links)
{
    /// <summary>Bytes of all files, as far as they are known.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);
}

/// <summary>Finds what is beneath a CID. Whoever made the content is not trusted.</summary>
/// <param name="blocks">Where blocks come from.</param>
public sealed class IpfsTree(IpfsBlocks blocks)
{
    private const int MostDepth = 200;
    private const int MostNameBytes = 255;

    /// <summary>Lists it.</summary>
    /// <param name="cid">The content.</param>
    /// <param name="path">Path within it, names with slashes between them; empty for all of it.</param>
    /// <param name="progress">Takes how many entries were found.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IpfsException">It cannot be had, is not there, or cannot be written to disk.</exception>
    public async Task<IpfsListing> ListAsync(Cid cid, string path, Action<int> progress, CancellationToken cancellation)
    {
        var root = await FindAsync(cid, path, cancellation);
        var listing = new Listing(root, blocks.Options.MostEntries);
        var open = new List<Entry> { new("", root, 0, 0) };
        while (open.Count > 0)
        {
            var nodes = new UnixFsNode?[open.Count];
            var atOnce = new ParallelOptions { MaxDegreeOfParallelism = blocks.Options.BlocksAtOnce, CancellationToken = cancellation };
            await Parallel.ForEachAsync(Enumerable.Range(0, open.Count), atOnce, async (index, cancel) =>
            {
                nodes[index] = open[index].Cid.Codec == Cid.Raw ? null : await blocks.GetNodeAsync(open[index].Cid, cancel);
                progress(listing.Count);
            });
            open = [.. open.Zip(nodes).SelectMany(pair => listing.Take(pair.First, pair.Second))];
        }

        return listing.Done();
    }

    /// <summary>Follows a path.</summary>
    private async Task<Cid> FindAsync(Cid root, string path, CancellationToken cancellation)
    {
        var (at, walked) = (root, "");
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var found = name is "." or ".." ? null : await FindNameAsync(at, name, cancellation);
            at = found ?? throw new IpfsException(IpfsTrouble.NoSuchPath, $"there is no '{name}' in {root}{walked}");
            walked += "/" + name;
        }

        return at;
    }

    /// <summary>Looks through a folder, and through all its parts if it has several; null if the name is not there.</summary>
    private async Task<Cid?> FindNameAsync(Cid folder, string name, CancellationToken cancellation)
    {
        var open = new Stack<Cid>([folder]);
        for (var looked = 0; open.TryPop(out var part); looked++)
        {
            var node = part.Codec == Cid.Raw || looked > blocks.Options.MostEntries ? null : await blocks.GetNodeAsync(part, cancellation);
            foreach (var link in node is { Kind: UnixFsKind.Folder or UnixFsKind.Shard } ? node.Links : [])
            {
                if (node!.PrefixCharacters is var prefix && link.Name.Length == prefix && node.Kind == UnixFsKind.Shard)
                {
                    open.Push(link.Cid);
                }
                else if (link.Name.AsSpan(Math.Min(prefix, link.Name.Length)).SequenceEqual(name))
                {
                    return link.Cid;
                }
            }
        }

        return null;
    }

    /// <summary>What is still to be looked at.</summary>
    /// <param name="Path">Where it belongs.</param>
    /// <param name="Cid">The content.</param>
    /// <param name="Bytes">What the folder says of its size.</param>
    /// <param name="Depth">How many nodes are above it.</param>
    /// <param name="IsPart">Whether it is a further part of the folder of that path.</param>
    private sealed record Entry(string Path, Cid Cid, long Bytes, int Depth, bool IsPart = false);

    /// <summary>What was found so far.</summary>
    private sealed class Listing(Cid root, int mostEntries)
    {
        private readonly ImmutableArray<IpfsFile>.Builder files = ImmutableArray.CreateBuilder<IpfsFile>();
        private readonly ImmutableArray<string>.Builder folders = ImmutableArray.CreateBuilder<string>();
        private readonly ImmutableArray<(string Path, string Target)>.Builder links = ImmutableArray.CreateBuilder<(string, string)>();
        private readonly HashSet<string> paths = new(StringComparer.Ordinal);
        private bool isFile;
        private int count;

        public int Count => count;

        public IpfsListing Done() => new(isFile, files.ToImmutable(), folders.ToImmutable(), links.ToImmutable());

        /// <summary>Takes an entry in, and gives what is to be looked at for it.</summary>
        public List<Entry> Take(Entry entry, UnixFsNode? node)
        {
            if (++count > mostEntries)
            {
                throw Bad(string.Create(CultureInfo.InvariantCulture, $"has more than {mostEntries} files and folders"));
            }

            switch (node?.Kind)
            {
                case not UnixFsKind.Shard when entry.IsPart:
                    throw Bad($"has a part of the folder '{Shown(entry.Path)}' that is none");
                case null or UnixFsKind.File:
                    isFile |= entry.Path.Length == 0;
                    files.Add(new IpfsFile(entry.Path, entry.Cid, node?.Bytes ?? entry.Bytes));
                    return [];
                case UnixFsKind.Link:
                    AddLink(entry, node.Text(entry.Cid));
                    return [];
                default:
                    if (entry.Path.Length > 0 && !entry.IsPart)
                    {
                        folders.Add(entry.Path);
                    }

                    return [.. node.Links.Select(link => Below(entry, node, link))];
            }
        }

        private Entry Below(Entry folder, UnixFsNode node, UnixFsLink link)
        {
            if (folder.Depth >= MostDepth)
            {
                throw Bad(string.Create(CultureInfo.InvariantCulture, $"is more than {MostDepth} folders deep"));
            }

            if (node.Kind == UnixFsKind.Shard && link.Name.Length == node.PrefixCharacters)
            {
                return new Entry(folder.Path, link.Cid, 0, folder.Depth + 1, IsPart: true);
            }

            var name = link.Name[Math.Min(node.PrefixCharacters, link.Name.Length)..];
            if (name is "" or "." or ".." || name.Contains('/') || name.Contains('\0') || Encoding.UTF8.GetByteCount(name) > MostNameBytes)
            {
                throw Bad($"holds the name '{Shown(name)}', which no file can have");
            }

            var path = folder.Path.Length == 0 ? name : $"{folder.Path}/{name}";
            return paths.Add(path) ? new Entry(path, link.Cid, link.Bytes, folder.Depth + 1) : throw Bad($"holds '{Shown(path)}' twice");
        }

        private void AddLink(Entry entry, string target)
        {
            var parts = target.Split('/');
            var up = parts.TakeWhile(part => part == "..").Count();
            if (entry.Path.Length == 0 || target.Length == 0 || target.StartsWith('/') || target.Contains('\0') || up > entry.Path.Count(character => character == '/') || parts.Skip(up).Contains(".."))
            {
                throw Bad(entry.Path.Length == 0 ? "is a symbolic link" : $"holds the symbolic link '{Shown(entry.Path)}', which leads out of it, to '{Shown(target)}'");
            }

            links.Add((entry.Path, target));
        }

        private IpfsException Bad(string why) => UnixFsNode.Bad(root, why);

        private static string Shown(string text) => string.Concat(text.Select(character => char.IsControl(character) ? '?' : character).Take(MostNameBytes));
    }
}
