using System.Globalization;
using Bacalhau.Compute.S3;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>Objects from a server that breaks off, lies, stalls and changes its mind.</summary>
public sealed class S3DownloadTests : S3Rig
{
    [Fact]
    public async Task Download_that_breaks_off_anywhere_is_taken_up_where_it_was()
    {
        var random = new Random(6);
        foreach (var at in Enumerable.Range(0, 20).Select(_ => random.Next(300_000)).Append(0).Append(299_999))
        {
            var bytes = Bytes(300_000);
            var (sent, isFirst) = (0, true);
            Server.Objects["a"] = bytes;
            Server.Gets["a"] = (request, stream) =>
            {
                var part = isFirst ? at : bytes.Length - request.From;
                isFirst = false;
                sent += part;
                return FakeS3.SendAsync(stream, bytes, request.From, part);
            };

            var mount = await PrepareAsync("a");

            Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(mount.Source, "a")));
            Assert.Equal((bytes.Length, at, FakeS3.TagOf(bytes)), (sent, Server.Downloads[^1].From, Server.Downloads[^1].Headers["If-Match"]));
        }
    }

    [Fact]
    public async Task Object_that_changes_while_it_is_fetched_is_fetched_anew()
    {
        var old = Bytes(1000);
        Server.Objects["a"] = old;
        Server.Gets["a"] = (_, stream) =>
        {
            Server.Objects["a"] = "new"u8.ToArray();
            Server.Gets.TryRemove("a", out Func<WebRequest, Stream, Task>? _);
            return FakeS3.SendAsync(stream, old, 0, 500);
        };

        var mount = await PrepareAsync("a");

        Assert.Equal("new", await File.ReadAllTextAsync(Path.Combine(mount.Source, "a")));
    }

    [Fact]
    public async Task Server_that_ignores_what_was_found_is_noticed()
    {
        Server.Objects["a"] = "found"u8.ToArray();
        Server.Gets["a"] = (_, stream) => FakeS3.SendAsync(stream, "other"u8.ToArray(), 0, 5);

        var error = await FailAsync("a");

        Assert.Equal(("S3:Changed", false, 2), (error.Problem.Code, error.IsRefusal, Server.Downloads.Count));
    }

    [Fact]
    public async Task Object_that_goes_while_others_are_fetched_is_left_out()
    {
        Server.Objects["p/a"] = "a"u8.ToArray();
        Server.Objects["p/b"] = "b"u8.ToArray();
        Server.Gets["p/b"] = (_, stream) =>
        {
            Server.Objects.TryRemove("p/b", out byte[]? _);
            return WebServer.WriteAsync(stream, "404 Not Found", "", default);
        };

        var mount = await PrepareAsync("p/");

        Assert.Equal(["a"], Directory.EnumerateFiles(mount.Source).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Truncated_object_is_noticed()
    {
        Server.Objects["a"] = "0123456789"u8.ToArray();
        Server.Gets["a"] = (_, stream) => WebServer.WriteAsync(stream, "200 OK", $"ETag: {FakeS3.TagOf(Server.Objects["a"])}", "short"u8.ToArray());

        var error = await FailAsync("a");

        Assert.Equal(("S3:BrokeOff", false), (error.Problem.Code, error.IsRefusal));
        Assert.Contains("promised 10 bytes and sent 5", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_sends_more_than_it_promised_is_stopped()
    {
        Server.Objects["a"] = "0123456789"u8.ToArray();
        Server.Gets["a"] = async (_, stream) =>
        {
            await WebServer.WriteAsync(stream, "200 OK", $"ETag: {FakeS3.TagOf(Server.Objects["a"])}\nTransfer-Encoding: chunked", default);
            while (true)
            {
                await stream.WriteAsync("8\r\nendless!\r\n"u8.ToArray());
            }
        };

        Assert.Contains("more than the 10 bytes", (await FailAsync("a")).Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_sends_another_part_than_asked_for_is_asked_anew()
    {
        var bytes = Bytes(1000);
        Server.Objects["a"] = bytes;
        Server.Gets["a"] = (request, stream) => Server.Downloads.Count switch
        {
            1 => FakeS3.SendAsync(stream, bytes, 0, 100),
            2 => FakeS3.SendAsync(stream, bytes, 50, 1000),
            _ => FakeS3.SendAsync(stream, bytes, request.From, 1000),
        };

        var mount = await PrepareAsync("a");

        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(mount.Source, "a")));
        Assert.Equal(0, Server.Downloads[^1].From);
    }

    [Fact]
    public async Task Server_that_stalls_is_given_up()
    {
        Options = Options with { ReadTimeout = TimeSpan.FromMilliseconds(200), MaxRetryCount = 1 };
        Server.Objects["a"] = "0123456789"u8.ToArray();
        Server.Gets["a"] = async (_, stream) =>
        {
            await FakeS3.SendAsync(stream, Server.Objects["a"], 0, 0);
            await Task.Delay(TimeSpan.FromSeconds(30));
        };

        Assert.Contains("nothing came for", (await FailAsync("a")).Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_the_tag_that_is_known_is_not_fetched_again()
    {
        Server.Objects["p/a"] = "text"u8.ToArray();
        var first = await PrepareAsync("p/");
        var second = await PrepareAsync("p/");

        Assert.Equal("text", await File.ReadAllTextAsync(Path.Combine(second.Source, "a")));
        Assert.NotEqual(first.Source, second.Source);
        Assert.Single(Server.Downloads);
        Assert.Equal((1, 1), Cache.Asked);
    }

    [Fact]
    public async Task What_was_fetched_with_other_credentials_is_not_given()
    {
        Keys = Static;
        Server.Objects["a"] = "secret"u8.ToArray();
        Server.Gets["a"] = (request, stream) => request.Headers.ContainsKey("Authorization")
            ? FakeS3.SendAsync(stream, Server.Objects["a"], 0, 10)
            : WebServer.WriteAsync(stream, "403 Forbidden", "", default);
        await PrepareAsync("a");
        Keys = S3Keys.Anonymous;

        Assert.Equal("S3:Denied", (await FailAsync("a")).Problem.Code);
    }

    [Fact]
    public async Task Objects_are_fetched_side_by_side_and_not_too_many()
    {
        Options = Options with { MostAtOnce = 3 };
        var (now, most) = (0, 0);
        var meeting = new TaskCompletionSource();
        foreach (var i in Enumerable.Range(0, 9))
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"p/{i}");
            Server.Objects[key] = [(byte)i];
            Server.Gets[key] = async (_, stream) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                if (most == 3)
                {
                    meeting.TrySetResult();
                }

                await meeting.Task;
                Interlocked.Decrement(ref now);
                await FakeS3.SendAsync(stream, Server.Objects[key], 0, 1);
            };
        }

        var mount = await PrepareAsync("p/");

        Assert.Equal((9, 3), (Directory.EnumerateFiles(mount.Source).Count(), most));
    }

    [Fact]
    public async Task Object_that_cannot_be_had_is_named_and_ends_the_others()
    {
        var never = new TaskCompletionSource();
        Server.Objects["p/a"] = Server.Objects["p/b"] = "x"u8.ToArray();
        Server.Gets["p/a"] = (_, _) => never.Task;
        Server.Gets["p/b"] = (_, stream) => WebServer.WriteAsync(stream, "403 Forbidden", "", default);

        var error = await FailAsync("p/");
        never.SetResult();

        Assert.Equal("S3:Denied", error.Problem.Code);
        Assert.Contains("s3://b/p/b", error.Problem.Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }
}
