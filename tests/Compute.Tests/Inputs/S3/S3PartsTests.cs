using System.Security.Cryptography;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.S3;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Executions;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>Large objects, which come in parts side by side.</summary>
public sealed class S3PartsTests : S3Rig
{
    private const int PartBytes = 1000;
    private const int MostAtOnce = 4;

    public S3PartsTests() => Options = Options with { PartBytes = PartBytes, MostAtOnce = MostAtOnce };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(PartBytes, 1)]
    [InlineData(PartBytes + 1, 2)]
    [InlineData(10 * PartBytes, 10)]
    [InlineData((10 * PartBytes) + 1, 11)]
    public async Task Object_is_put_together_of_its_parts(int length, int parts)
    {
        var bytes = Put(length);

        Assert.Equal(bytes, await ReadAsync());
        Assert.Equal(parts, Server.Downloads.Count);
        Assert.All(Server.Downloads, download => Assert.Equal(FakeS3.TagOf(bytes), download.Headers["If-Match"]));
    }

    [Theory]
    [InlineData(16, MostAtOnce)]
    [InlineData(2, 3)]
    [InlineData(0, 1)]
    public async Task Parts_come_side_by_side_as_far_as_there_is_room(int room, int atOnce)
    {
        Options = Options with { MostPartsAhead = room };
        var bytes = Put(8 * PartBytes);
        var (now, most) = (0, 0);
        var meeting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Server.Gets["a"] = async (request, stream) =>
        {
            var before = Interlocked.Increment(ref now);
            most = Math.Max(most, before);
            if (before == atOnce)
            {
                meeting.TrySetResult();
            }

            await meeting.Task;
            Interlocked.Decrement(ref now);
            await FakeS3.SendAsync(request, stream, bytes);
        };

        Assert.Equal(bytes, await ReadAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(atOnce, most);
    }

    [Fact]
    public async Task Several_objects_share_the_connections_of_their_input()
    {
        var (now, most) = (0, 0);
        foreach (var key in new[] { "p/a", "p/b" })
        {
            var bytes = Put(8 * PartBytes, key);
            Server.Gets[key] = async (request, stream) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                await Task.Yield();
                Interlocked.Decrement(ref now);
                await FakeS3.SendAsync(request, stream, bytes);
            };
        }

        var mount = await PrepareAsync("p/");

        Assert.Equal(Server.Objects["p/b"], await File.ReadAllBytesAsync(Path.Combine(mount.Source, "b")));
        Assert.InRange(most, 1, MostAtOnce);
    }

    [Fact]
    public async Task Part_that_breaks_off_is_asked_for_again_and_those_before_it_are_not()
    {
        var bytes = Put(8 * PartBytes);
        var isFirst = true;
        Server.Gets["a"] = (request, stream) =>
        {
            var breaksOff = request.From == 3 * PartBytes && isFirst;
            isFirst = isFirst && !breaksOff;
            return FakeS3.SendAsync(request, stream, bytes, breaksOff ? 10 : int.MaxValue);
        };

        Assert.Equal(bytes, await ReadAsync());
        Assert.Single(Server.Downloads, download => download.From == 0);
        Assert.Equal(2, Server.Downloads.Count(download => download.From == 3 * PartBytes));
    }

    [Fact]
    public async Task Server_that_sends_no_parts_is_asked_for_the_whole_and_no_attempt_has_failed()
    {
        Options = Options with { MaxRetryCount = 0 };
        var bytes = Put(8 * PartBytes);
        Server.Gets["a"] = (_, stream) => FakeS3.SendAsync(stream, bytes, 0, bytes.Length);

        Assert.Equal(bytes, await ReadAsync());
    }

    [Fact]
    public async Task Server_that_sends_another_part_than_asked_for_is_given_up()
    {
        var bytes = Put(8 * PartBytes);
        Server.Gets["a"] = (request, stream) => FakeS3.SendAsync(request.From == 0 ? request : Server.Downloads[0] with { Headers = request.Headers.SetItem("Range", "bytes=1-1000") }, stream, bytes);

        Assert.Contains("another part", (await FailAsync("a")).Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_of_two_contents_are_never_put_together()
    {
        var (old, changed) = (Put(8 * PartBytes), Put(8 * PartBytes, "later"));
        Server.Objects["a"] = old;
        Server.Gets["a"] = (request, stream) =>
        {
            if (request.From < 5 * PartBytes)
            {
                return FakeS3.SendAsync(request, stream, old);
            }

            Server.Objects["a"] = changed;
            Server.Gets.TryRemove("a", out Func<WebRequest, Stream, Task>? _);
            return WebServer.WriteAsync(stream, "412 Precondition Failed", "", default);
        };

        Assert.Equal(changed, await ReadAsync());
    }

    [Fact]
    public async Task Download_that_is_killed_anywhere_goes_on_where_it_was()
    {
        var random = new Random(17);
        var boundaries = from part in Enumerable.Range(0, 9) from beside in new[] { -1, 0, 1 } select (part * PartBytes) + beside;
        var offsets = boundaries.Where(at => at is >= 0 and < 8 * PartBytes).Concat(Enumerable.Range(0, 200).Select(_ => random.Next(8 * PartBytes)));
        var folder = new CacheFolder(Folder, TimeProvider.System);
        using var buckets = new JobBuckets(Http, () => Task.FromResult(Keys), Options);
        var bucket = await buckets.OpenAsync("b", new Uri(Server.Endpoint()), "us-east-1", default);
        using var room = new S3PartRoom(PartBytes, most: 16);
        foreach (var at in offsets)
        {
            var bytes = Put(8 * PartBytes);
            var content = new S3Content(new S3Attempts(Options, TimeProvider.System), bucket, new S3Item("a", "", FakeS3.TagOf(bytes), bytes.Length), room, MostAtOnce);
            var before = await folder.OpenPartialAsync("a", default);
            await FetchUntilAsync(content, before, bytes, at);

            // What was just written is there in part.
            before.Abandon();
            var left = Math.Max(0, before.Length - random.Next(2) * random.Next(PartBytes));
            Cut(before.Path, left);
            var asked = Server.Downloads.Count;
            await using var after = await folder.OpenPartialAsync("a", default);
            await content.FetchAsync(after, null, new Progress<ExecutionProgress>(), default);

            Assert.Equal((left, 8L * PartBytes), (Server.Downloads.Skip(asked).Min(download => download.From), after.Length));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), after.Finish());
        }
    }

    /// <summary>Fetches until so many bytes of all parts together have been sent, and no further.</summary>
    private async Task FetchUntilAsync(S3Content content, PartialFile into, byte[] bytes, int at)
    {
        using var killed = new CancellationTokenSource();
        var sent = 0;
        Server.Gets["a"] = async (request, stream) =>
        {
            var rest = at - (Interlocked.Add(ref sent, PartBytes) - PartBytes);
            await FakeS3.SendAsync(request, stream, bytes, Math.Clamp(rest, 0, PartBytes));
            if (rest < PartBytes)
            {
                await killed.CancelAsync();
            }
        };
        await Assert.ThrowsAnyAsync<Exception>(() => content.FetchAsync(into, null, new Progress<ExecutionProgress>(), killed.Token));
        Server.Gets.TryRemove("a", out _);
    }

    private static void Cut(string file, long length)
    {
        using var stream = File.OpenWrite(file);
        stream.SetLength(length);
    }

    private byte[] Put(int length, string key = "a")
    {
        var bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        return Server.Objects[key] = bytes;
    }

    private async Task<byte[]> ReadAsync() => await File.ReadAllBytesAsync(Path.Combine((await PrepareAsync("a")).Source, "a"));
}
