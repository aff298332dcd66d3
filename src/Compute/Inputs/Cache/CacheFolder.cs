using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bacalhau.Compute.Results;

namespace Bacalhau.Compute.Inputs.Cache;

/// <summary>
/// The cache on disk: <c>objects/</c> with one file for each content, named by its digest; <c>index/</c> with one entry for each key, which names an object;
/// <c>partial/</c> with what is on its way. An object that executions use has their names, too: it is in use while it has more than one.
/// Not safe for use by several threads.
/// </summary>
internal sealed class CacheFolder
{
    /// <summary>The part of the room that is made when there is none.</summary>
    private const int SpareShare = 20;

    private static readonly TimeSpan _longestPartial = TimeSpan.FromDays(1);
    private static readonly TimeSpan _shrinkPause = TimeSpan.FromSeconds(1);
    private readonly TimeProvider clock;
    private readonly string objects;
    private readonly string index;
    private readonly string partial;
    private readonly string boot = BootId();
    private readonly Dictionary<string, CacheEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Known> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> namesOf = new(StringComparer.Ordinal);
    private readonly SortedSet<(string Location, string Name)> places = new(Comparer<(string Location, string Name)>.Create(Compare));
    private DateTimeOffset nextShrink;

    /// <summary>Opens a folder, and removes what belongs to nothing in it.</summary>
    public CacheFolder(string root, TimeProvider clock)
    {
        this.clock = clock;
        objects = Directory.CreateDirectory(Path.Combine(root, "objects")).FullName;
        index = Directory.CreateDirectory(Path.Combine(root, "index")).FullName;
        partial = Directory.CreateDirectory(Path.Combine(root, "partial")).FullName;
        Load();
    }

    /// <summary>Bytes of all objects.</summary>
    public long Bytes { get; private set; }

    /// <summary>Name of a key on disk.</summary>
    public static string NameOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>Where the content of an object is.</summary>
    public string ObjectFile(string digest) => Path.Combine(objects, digest);

    /// <summary>Opens what an earlier fetch has left of a key.</summary>
    public Task<PartialFile> OpenPartialAsync(string name, CancellationToken cancellation) => PartialFile.OpenAsync(Path.Combine(partial, name), boot, cancellation);

    /// <summary>What is known of a key, if its object is here; null if not.</summary>
    public CacheEntry? Find(string name) => entries.TryGetValue(name, out var entry) && known.ContainsKey(entry.Digest) ? entry : null;

    /// <summary>What is here of all that comes from beneath a location.</summary>
    public IEnumerable<CacheEntry> Beneath(string location) => location.Length == 0 ? [] : places
        .GetViewBetween((location, ""), (location + char.MaxValue, "")).Select(place => entries[place.Name]).Where(entry => known.ContainsKey(entry.Digest));

    /// <summary>Whether an object is as it was when it was looked at last in this life of the node.</summary>
    public bool IsVerified(CacheEntry entry)
    {
        var file = new FileInfo(ObjectFile(entry.Digest));
        return file.Exists && file.Length == entry.Bytes && known.TryGetValue(entry.Digest, out var look) && look.VerifiedAs == ChangedAt(entry.Digest);
    }

    /// <summary>An object's content was compared with its digest.</summary>
    public void Verified(CacheEntry entry)
    {
        if (known.TryGetValue(entry.Digest, out var look))
        {
            known[entry.Digest] = look with { VerifiedAs = ChangedAt(entry.Digest) };
        }
    }

    /// <summary>Makes a finished file an object.</summary>
    public void Keep(string name, string file, CacheEntry entry)
    {
        if (IsVerified(entry))
        {
            File.Delete(file);
        }
        else
        {
            var target = ObjectFile(entry.Digest);
            SetReadOnly(file);
            File.Move(file, target, overwrite: true);
            Bytes += entry.Bytes - (known.TryGetValue(entry.Digest, out var before) ? before.Bytes : 0);
            known[entry.Digest] = new Known(entry.Bytes, clock.GetUtcNow(), ChangedAt(entry.Digest));
        }

        Write(name, entry);
    }

    /// <summary>An object was used now.</summary>
    public void Touch(string digest)
    {
        if (known.TryGetValue(digest, out var look))
        {
            known[digest] = look with { UsedAt = clock.GetUtcNow() };
            File.SetLastAccessTimeUtc(ObjectFile(digest), clock.GetUtcNow().UtcDateTime);
        }
    }

    /// <summary>Removes an object, and all that names it. Executions that use it keep it.</summary>
    public void Drop(string digest)
    {
        if (!known.Remove(digest, out var look))
        {
            return;
        }

        Bytes -= look.Bytes;
        if (namesOf.Remove(digest, out var names))
        {
            foreach (var name in names)
            {
                Forget(name);
                File.Delete(Path.Combine(index, name));
            }
        }

        File.Delete(ObjectFile(digest));
    }

    /// <summary>
    /// If the objects have more than so many bytes, removes what was used least recently and is not in use. It goes a little farther than it must, and waits a little when
    /// too much is in use, so that each of many small objects does not cost a look at all of them.
    /// </summary>
    public void Shrink(long mostBytes, Func<string, bool> isPinned)
    {
        if (Bytes <= mostBytes || clock.GetUtcNow() < nextShrink)
        {
            return;
        }

        foreach (var (digest, _) in known.OrderBy(pair => pair.Value.UsedAt).ToList())
        {
            if (Bytes <= mostBytes - (mostBytes / SpareShare))
            {
                return;
            }

            if (!isPinned(digest) && !IsInUse(digest))
            {
                Drop(digest);
            }
        }

        nextShrink = Bytes > mostBytes ? clock.GetUtcNow() + _shrinkPause : nextShrink;
    }

    private static int Compare((string Location, string Name) one, (string Location, string Name) other)
    {
        var byLocation = string.CompareOrdinal(one.Location, other.Location);
        return byLocation != 0 ? byLocation : string.CompareOrdinal(one.Name, other.Name);
    }

    /// <summary>Nobody changes it, under whatever name.</summary>
    private static void SetReadOnly(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    private DateTimeOffset ChangedAt(string digest) => new(File.GetLastWriteTimeUtc(ObjectFile(digest)));

    private bool IsInUse(string digest)
    {
        using var file = FileFacts.TryOpen(ObjectFile(digest));
        return file is not null && FileFacts.Of(file).Links > 1;
    }

    private void Write(string name, CacheEntry entry)
    {
        var fresh = Path.Combine(index, name + ".new");
        File.WriteAllBytes(fresh, JsonSerializer.SerializeToUtf8Bytes(entry, CacheJson.Default.CacheEntry));
        File.Move(fresh, Path.Combine(index, name), overwrite: true);
        if (Forget(name) is { } before && namesOf.TryGetValue(before.Digest, out var others))
        {
            others.Remove(name);
        }

        Remember(name, entry);
    }

    private CacheEntry? Forget(string name)
    {
        if (!entries.Remove(name, out var entry))
        {
            return null;
        }

        places.Remove((entry.Location, name));
        return entry;
    }

    private void Remember(string name, CacheEntry entry)
    {
        entries[name] = entry;
        if (entry.Location.Length > 0)
        {
            places.Add((entry.Location, name));
        }

        if (!namesOf.TryGetValue(entry.Digest, out var names))
        {
            namesOf[entry.Digest] = names = new(StringComparer.Ordinal);
        }

        names.Add(name);
    }

    private void Load()
    {
        foreach (var file in new DirectoryInfo(objects).EnumerateFiles())
        {
            known[file.Name] = new Known(file.Length, new DateTimeOffset(file.LastAccessTimeUtc), null);
            Bytes += file.Length;
        }

        foreach (var file in Directory.EnumerateFiles(index).ToList())
        {
            if (Read(file) is { } entry && known.TryGetValue(entry.Digest, out var look) && look.Bytes == entry.Bytes)
            {
                Remember(Path.GetFileName(file), entry);
            }
            else
            {
                File.Delete(file);
            }
        }

        known.Keys.Where(digest => !namesOf.ContainsKey(digest)).ToList().ForEach(Drop);
        foreach (var file in new DirectoryInfo(partial).EnumerateFiles().Where(file => clock.GetUtcNow() - new DateTimeOffset(file.LastWriteTimeUtc) > _longestPartial).ToList())
        {
            file.Delete();
        }
    }

    private static CacheEntry? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), CacheJson.Default.CacheEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string BootId()
    {
        const string Source = "/proc/sys/kernel/random/boot_id";
        return File.Exists(Source) ? File.ReadAllText(Source).Trim() : $"{Guid.NewGuid()}";
    }

    /// <summary>An object on disk.</summary>
    /// <param name="Bytes">Its length.</param>
    /// <param name="UsedAt">When it was used last.</param>
    /// <param name="VerifiedAs">Time of its last change when its content was compared with its digest; null if it was not in this life of the node.</param>
    private sealed record Known(long Bytes, DateTimeOffset UsedAt, DateTimeOffset? VerifiedAs);
}
