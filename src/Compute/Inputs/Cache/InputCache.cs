using System.Security.Cryptography;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Inputs.Cache;

/// <summary>
/// Keeps what was fetched for the executions of this node: each content once, whoever asks for it, and one fetch of it at a time. What an execution gets is another
/// name of the kept file, so that it costs nothing and stays while it is used, whatever becomes of the cache.
/// </summary>
public sealed class InputCache : IDisposable
{
    private readonly Lock gate = new();
    private readonly CacheFolder folder;
    private readonly FileStream ownership;
    private readonly long mostBytes;
    private readonly TimeProvider clock;
    private readonly Dictionary<string, CacheFlight> flights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> pinned = new(StringComparer.Ordinal);
    private long hits;
    private long misses;
    private readonly TransferRate rate = new();

    private InputCache(string root, long mostBytes, TimeProvider clock, FileStream ownership)
    {
        (this.mostBytes, this.ownership, this.clock) = (mostBytes, ownership, clock);
        folder = new CacheFolder(root, clock);
        folder.Shrink(mostBytes, pinned.ContainsKey);
    }

    /// <summary>Bytes that are kept.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return folder.Bytes;
            }
        }
    }

    /// <summary>How often something was asked for that was here, and that was not, since the start.</summary>
    public (long Hits, long Misses) Asked => (Interlocked.Read(ref hits), Interlocked.Read(ref misses));

    /// <summary>What is told of it with each sign of life.</summary>
    public InputCacheNote Describe() => new(Bytes, mostBytes, Asked.Hits, Asked.Misses);

    /// <summary>How fast content has been fetched, in bytes per second; 0 if nothing of size has.</summary>
    public long BytesPerSecond => rate.BytesPerSecond;

    /// <summary>What is here of all that comes from beneath a location: where it comes from, and its bytes.</summary>
    internal IReadOnlyList<(string Location, long Bytes)> FindBeneath(string location)
    {
        lock (gate)
        {
            return [.. folder.Beneath(location).Select(entry => (entry.Location, entry.Bytes))];
        }
    }

    /// <summary>Opens a cache, with what an earlier life of the node has left in it.</summary>
    /// <param name="root">Its folder, which belongs to one node.</param>
    /// <param name="mostBytes">Most bytes that are kept; 0 to keep nothing.</param>
    /// <param name="clock">Clock of what was used when.</param>
    /// <exception cref="IOException">The folder cannot be used, or another node uses it.</exception>
    public static InputCache Open(string root, long mostBytes, TimeProvider clock)
    {
        var ownership = Own(root);
        try
        {
            return new InputCache(root, mostBytes, clock, ownership);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    /// <summary>Fetches content if it is not here, and makes a file of it.</summary>
    /// <param name="content">What is to be fetched.</param>
    /// <param name="file">Path of the file, which is not there.</param>
    /// <param name="limit">Most bytes that it may have.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="cancellation">Waits no longer; the fetch goes on for others.</param>
    internal async Task<CacheEntry> PlaceAsync(IContent content, string file, long limit, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var seat = new CacheSeat(file, limit, progress);
        var flight = Board(content, seat);
        try
        {
            return await seat.Done.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            flight.Leave(seat);
            await seat.LeaveAsync();
            throw;
        }
    }

    /// <summary>Keeps content no longer, unless it is just given to somebody.</summary>
    internal void Forget(string digest)
    {
        lock (gate)
        {
            if (!pinned.ContainsKey(digest))
            {
                folder.Drop(digest);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ownership.Dispose();

    private static FileStream Own(string root)
    {
        try
        {
            Directory.CreateDirectory(root);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            return new FileStream(Path.Combine(root, "cache.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the input cache {root} (Compute.Cache.Path) cannot be written, or is used by another node: {exception.Message}", exception);
        }
    }

    private CacheFlight Board(IContent content, CacheSeat seat)
    {
        var name = CacheFolder.NameOf(content.Key);
        lock (gate)
        {
            if (flights.TryGetValue(name, out var before) && before.TrySit(seat))
            {
                return before;
            }

            var flight = new CacheFlight(content.TooLarge);
            flight.TrySit(seat);
            flights[name] = flight;
            _ = Task.Run(() => FlyAsync(name, content, flight, before?.Ended ?? Task.CompletedTask));
            return flight;
        }
    }

    private async Task FlyAsync(string name, IContent content, CacheFlight flight, Task before)
    {
        await before;
        try
        {
            var (entry, seats, isFetched) = await FetchAsync(name, content, flight);
            for (var i = 0; i < seats.Count; i++)
            {
                // It was fetched once, for the first.
                seats[i].Give(entry with { IsFetched = isFetched && i == 0 });
            }
        }
        catch (Exception exception) // It goes to the executions that wait.
        {
            flight.Fail(exception);
        }
        finally
        {
            flight.End();
            Depart(name, flight);
            flight.Dispose();
        }
    }

    private async Task<(CacheEntry Entry, IReadOnlyList<CacheSeat> Seats, bool IsFetched)> FetchAsync(string name, IContent content, CacheFlight flight)
    {
        await using var partial = await folder.OpenPartialAsync(name, flight.GivenUp);
        var known = await FindKnownAsync(name, flight.GivenUp);
        var entry = known;
        try
        {
            var (begun, before) = (clock.GetTimestamp(), partial.Length);
            var fetched = await content.FetchAsync(partial, known, flight, flight.GivenUp);
            entry = fetched.IsUnchanged ? known! : Land(name, partial, fetched, content.Location);
            rate.Note(fetched.IsUnchanged ? 0 : entry.Bytes - before, clock.GetElapsedTime(begun));
            var seats = flight.Close(entry.Bytes);
            Count(seats.Count, fetched);
            await PlaceAsync(entry, seats);
            if (!fetched.IsUnchanged && !(fetched.MayBeKept && fetched.Validators.IsAny))
            {
                Drop(entry.Digest);
            }

            return (entry, seats, !fetched.IsUnchanged);
        }
        catch (IOException)
        {
            // What is left of it would keep room that others need.
            partial.Forget();
            throw;
        }
        finally
        {
            Unpin(known);
            if (!ReferenceEquals(entry, known))
            {
                Unpin(entry);
            }
        }
    }

    /// <summary>What is here of a key, compared with its digest and pinned; null if nothing is.</summary>
    private async Task<CacheEntry?> FindKnownAsync(string name, CancellationToken cancellation)
    {
        CacheEntry? entry;
        lock (gate)
        {
            entry = folder.Find(name);
            if (entry is null)
            {
                return null;
            }

            Pin(entry.Digest);
            if (folder.IsVerified(entry))
            {
                return entry;
            }
        }

        var isIntact = await DigestOfAsync(folder.ObjectFile(entry.Digest), cancellation) == entry.Digest;
        lock (gate)
        {
            if (isIntact)
            {
                folder.Verified(entry);
                return entry;
            }

            Release(entry.Digest);
            folder.Drop(entry.Digest);
            return null;
        }
    }

    private CacheEntry Land(string name, PartialFile partial, Fetched fetched, string location)
    {
        var bytes = partial.Length;
        var entry = new CacheEntry(partial.Finish(), bytes, fetched.Name, fetched.Validators) { Location = location };
        lock (gate)
        {
            Pin(entry.Digest);
            folder.Keep(name, partial.Path, entry);
            return entry;
        }
    }

    /// <summary>Nothing of it goes on. Until here, a new fetch finds it closed and waits for its end, since both have the same files.</summary>
    private void Depart(string name, CacheFlight flight)
    {
        lock (gate)
        {
            if (flights.GetValueOrDefault(name) == flight)
            {
                flights.Remove(name);
            }
        }
    }

    private async Task PlaceAsync(CacheEntry entry, IReadOnlyList<CacheSeat> seats)
    {
        foreach (var seat in seats)
        {
            await seat.PlaceAsync(folder.ObjectFile(entry.Digest));
        }

        lock (gate)
        {
            folder.Touch(entry.Digest);
        }
    }

    /// <summary>Those who came later found it on its way, which is as good as here.</summary>
    private void Count(int asked, Fetched fetched)
    {
        Interlocked.Add(ref hits, fetched.IsUnchanged ? asked : Math.Max(0, asked - 1));
        Interlocked.Add(ref misses, fetched.IsUnchanged ? 0 : 1);
    }

    /// <summary>It is not kept, unless another fetch has just found the same.</summary>
    private void Drop(string digest)
    {
        lock (gate)
        {
            if (pinned[digest] == 1)
            {
                folder.Drop(digest);
            }
        }
    }

    private void Pin(string digest) => pinned[digest] = pinned.GetValueOrDefault(digest) + 1;

    private void Release(string digest)
    {
        if (--pinned[digest] == 0)
        {
            pinned.Remove(digest);
        }
    }

    /// <summary>What is pinned no more may go. If there is too much and all else is in use, it is this that goes: those who use it have it.</summary>
    private void Unpin(CacheEntry? entry)
    {
        if (entry is null)
        {
            return;
        }

        lock (gate)
        {
            Release(entry.Digest);
            folder.Shrink(mostBytes, pinned.ContainsKey);
            if (folder.Bytes > mostBytes && !pinned.ContainsKey(entry.Digest))
            {
                folder.Drop(entry.Digest);
            }
        }
    }

    private static async Task<string> DigestOfAsync(string file, CancellationToken cancellation)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }
}
