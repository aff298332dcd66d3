using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.S3;
using Bacalhau.Compute.Network;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>S3 inputs from a server that breaks off, lies, stalls and changes its mind.</summary>
public sealed class S3TroubleTests : IAsyncDisposable
{
    private static readonly S3Keys _static = new(new BasicAWSCredentials("AKEXAMPLE", "s3cret"), AreStatic: true, "key AKEXAMPLE");
    private static readonly S3Keys _role = new(new SessionAWSCredentials("ASEXAMPLE", "s3cret", "t0ken"), AreStatic: false, "role");
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-s3-");
    private readonly FakeS3 server = new();
    private readonly HttpClient http = GuardedHttp.Create(new AddressFilter(["localhost"]));
    private readonly InputCache cache;
    private S3InputOptions options = new() { FirstPause = TimeSpan.FromMilliseconds(1) };
    private S3Keys keys = S3Keys.Anonymous;
    private int prepared;

    public S3TroubleTests() => cache = InputCache.Open(Path.Combine(root.FullName, "cache"), 1_000_000_000, TimeProvider.System);

    [Fact]
    public async Task Download_that_breaks_off_anywhere_is_taken_up_where_it_was()
    {
        var random = new Random(6);
        foreach (var at in Enumerable.Range(0, 20).Select(_ => random.Next(300_000)).Append(0).Append(299_999))
        {
            var bytes = Bytes(300_000);
            var (sent, isFirst) = (0, true);
            server.Objects["a"] = bytes;
            server.Gets["a"] = (request, stream) =>
            {
                var part = isFirst ? at : bytes.Length - request.From;
                isFirst = false;
                sent += part;
                return FakeS3.SendAsync(stream, bytes, request.From, part);
            };

            var mount = await PrepareAsync("a");

            Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(mount.Source, "a")));
            Assert.Equal((bytes.Length, at, FakeS3.TagOf(bytes)), (sent, server.Downloads[^1].From, server.Downloads[^1].Headers["If-Match"]));
        }
    }

    [Fact]
    public async Task Object_that_changes_while_it_is_fetched_is_fetched_anew()
    {
        var old = Bytes(1000);
        server.Objects["a"] = old;
        server.Gets["a"] = (_, stream) =>
        {
            server.Objects["a"] = "new"u8.ToArray();
            server.Gets.TryRemove("a", out Func<WebRequest, Stream, Task>? _);
            return FakeS3.SendAsync(stream, old, 0, 500);
        };

        var mount = await PrepareAsync("a");

        Assert.Equal("new", await File.ReadAllTextAsync(Path.Combine(mount.Source, "a")));
    }

    [Fact]
    public async Task Server_that_ignores_what_was_found_is_noticed()
    {
        server.Objects["a"] = "found"u8.ToArray();
        server.Gets["a"] = (_, stream) => FakeS3.SendAsync(stream, "other"u8.ToArray(), 0, 5);

        var error = await FailAsync("a");

        Assert.Equal(("S3:Changed", false, 2), (error.Problem.Code, error.IsRefusal, server.Downloads.Count));
    }

    [Fact]
    public async Task Object_that_goes_while_others_are_fetched_is_left_out()
    {
        server.Objects["p/a"] = "a"u8.ToArray();
        server.Objects["p/b"] = "b"u8.ToArray();
        server.Gets["p/b"] = (_, stream) =>
        {
            server.Objects.TryRemove("p/b", out byte[]? _);
            return WebServer.WriteAsync(stream, "404 Not Found", "", default);
        };

        var mount = await PrepareAsync("p/");

        Assert.Equal(["a"], Directory.EnumerateFiles(mount.Source).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Truncated_object_is_noticed()
    {
        server.Objects["a"] = "0123456789"u8.ToArray();
        server.Gets["a"] = (_, stream) => WebServer.WriteAsync(stream, "200 OK", $"ETag: {FakeS3.TagOf(server.Objects["a"])}", "short"u8.ToArray());

        var error = await FailAsync("a");

        Assert.Equal(("S3:BrokeOff", false), (error.Problem.Code, error.IsRefusal));
        Assert.Contains("promised 10 bytes and sent 5", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_sends_more_than_it_promised_is_stopped()
    {
        server.Objects["a"] = "0123456789"u8.ToArray();
        server.Gets["a"] = async (_, stream) =>
        {
            await WebServer.WriteAsync(stream, "200 OK", $"ETag: {FakeS3.TagOf(server.Objects["a"])}\nTransfer-Encoding: chunked", default);
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
        server.Objects["a"] = bytes;
        server.Gets["a"] = (request, stream) => server.Downloads.Count switch
        {
            1 => FakeS3.SendAsync(stream, bytes, 0, 100),
            2 => FakeS3.SendAsync(stream, bytes, 50, 1000),
            _ => FakeS3.SendAsync(stream, bytes, request.From, 1000),
        };

        var mount = await PrepareAsync("a");

        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(mount.Source, "a")));
        Assert.Equal(0, server.Downloads[^1].From);
    }

    [Fact]
    public async Task Server_that_stalls_is_given_up()
    {
        options = options with { ReadTimeout = TimeSpan.FromMilliseconds(200), MaxRetryCount = 1 };
        server.Objects["a"] = "0123456789"u8.ToArray();
        server.Gets["a"] = async (_, stream) =>
        {
            await FakeS3.SendAsync(stream, server.Objects["a"], 0, 0);
            await Task.Delay(TimeSpan.FromSeconds(30));
        };

        Assert.Contains("nothing came for", (await FailAsync("a")).Problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", "", "S3:NotFound", true, 1)]
    [InlineData("403 Forbidden", "", "S3:Denied", true, 1)]
    [InlineData("301 Moved Permanently", "", "S3:WrongRegion", true, 1)]
    [InlineData("400 Bad Request", "", "S3:BadRequest", true, 1)]
    [InlineData("403 Forbidden", "RequestTimeTooSkewed", "S3:Denied", false, 4)]
    [InlineData("503 Service Unavailable", "SlowDown", "S3:Status", false, 4)]
    [InlineData("500 Internal Server Error", "", "S3:Status", false, 4)]
    [InlineData("429 Too Many Requests", "", "S3:Status", false, 4)]
    public async Task Status_is_told_and_asked_for_again_only_where_that_may_help(string status, string code, string problem, bool isRefusal, int requests)
    {
        server.All = (_, stream) => WebServer.WriteAsync(stream, status, "", Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code><Message>no</Message></Error>"));

        var error = await FailAsync("p/");

        Assert.Equal((problem, isRefusal, requests), (error.Problem.Code, error.IsRefusal, server.Requests.Count));
        Assert.Contains("s3://b/p/ was answered with " + status[..3], error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_is_no_S3_is_a_failed_attempt()
    {
        server.All = (_, stream) => WebServer.WriteAsync(stream, "200 OK", "Content-Type: text/html", "<html>hello"u8.ToArray());

        var error = await FailAsync("p/");

        Assert.Equal(("S3:BrokeOff", false), (error.Problem.Code, error.IsRefusal));
    }

    [Fact]
    public async Task What_has_the_tag_that_is_known_is_not_fetched_again()
    {
        server.Objects["p/a"] = "text"u8.ToArray();
        var first = await PrepareAsync("p/");
        var second = await PrepareAsync("p/");

        Assert.Equal("text", await File.ReadAllTextAsync(Path.Combine(second.Source, "a")));
        Assert.NotEqual(first.Source, second.Source);
        Assert.Single(server.Downloads);
        Assert.Equal((1, 1), cache.Asked);
    }

    [Fact]
    public async Task What_was_fetched_with_other_credentials_is_not_given()
    {
        keys = _static;
        server.Objects["a"] = "secret"u8.ToArray();
        server.Gets["a"] = (request, stream) => request.Headers.ContainsKey("Authorization")
            ? FakeS3.SendAsync(stream, server.Objects["a"], 0, 10)
            : WebServer.WriteAsync(stream, "403 Forbidden", "", default);
        await PrepareAsync("a");
        keys = S3Keys.Anonymous;

        Assert.Equal("S3:Denied", (await FailAsync("a")).Problem.Code);
    }

    [Fact]
    public async Task What_is_too_large_is_refused_before_anything_is_fetched()
    {
        server.Objects["p/a"] = Bytes(600);
        server.Objects["p/b"] = Bytes(600);

        var error = await FailAsync("p/", most: 1000);

        Assert.Equal(("S3:TooLarge", true), (error.Problem.Code, error.IsRefusal));
        Assert.Empty(server.Downloads);
    }

    [Fact]
    public async Task Too_many_objects_are_refused()
    {
        options = options with { MostObjects = 2 };
        server.Objects["p/a"] = server.Objects["p/b"] = server.Objects["p/c"] = [];

        Assert.Equal("S3:TooManyObjects", (await FailAsync("p/")).Problem.Code);
    }

    [Fact]
    public async Task List_without_end_is_given_up()
    {
        options = options with { MostListed = 50 };
        server.Objects["p/a"] = [];
        server.ListsWithoutEnd = true;

        var error = await FailAsync("p/", filter: "nothing");

        Assert.Equal(("S3:TooManyObjects", 51), (error.Problem.Code, server.Requests.Count));
    }

    [Theory]
    [InlineData("p/../a")]
    [InlineData("p/sub/../../a")]
    [InlineData("p//etc/passwd")]
    [InlineData("p/sub//a")]
    [InlineData("p/./a")]
    [InlineData("p/a\\..\\b")]
    public async Task Names_never_lead_out_of_the_folder(string key)
    {
        server.Objects[key] = "x"u8.ToArray();
        server.Objects["p/harmless"] = "y"u8.ToArray();

        var error = await FailAsync("p/");

        Assert.Equal(("S3:BadName", true), (error.Problem.Code, error.IsRefusal));
        Assert.Contains("s3://b/" + key, error.Problem.Message, StringComparison.Ordinal);
        Assert.Empty(server.Downloads);
    }

    [Fact]
    public async Task File_that_would_be_a_folder_too_is_refused()
    {
        server.Objects["data"] = "x"u8.ToArray();
        server.Objects["data-2"] = "x"u8.ToArray();
        server.Objects["data/a"] = "x"u8.ToArray();

        var error = await FailAsync("da*");

        Assert.Equal("S3:BadName", error.Problem.Code);
        Assert.Contains("s3://b/data/a", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_are_fetched_side_by_side_and_not_too_many()
    {
        options = options with { MostAtOnce = 3 };
        var (now, most) = (0, 0);
        var meeting = new TaskCompletionSource();
        foreach (var i in Enumerable.Range(0, 9))
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"p/{i}");
            server.Objects[key] = [(byte)i];
            server.Gets[key] = async (_, stream) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                if (most == 3)
                {
                    meeting.TrySetResult();
                }

                await meeting.Task;
                Interlocked.Decrement(ref now);
                await FakeS3.SendAsync(stream, server.Objects[key], 0, 1);
            };
        }

        var mount = await PrepareAsync("p/");

        Assert.Equal((9, 3), (Directory.EnumerateFiles(mount.Source).Count(), most));
    }

    [Fact]
    public async Task Object_that_cannot_be_had_is_named_and_ends_the_others()
    {
        var never = new TaskCompletionSource();
        server.Objects["p/a"] = server.Objects["p/b"] = "x"u8.ToArray();
        server.Gets["p/a"] = (_, _) => never.Task;
        server.Gets["p/b"] = (_, stream) => WebServer.WriteAsync(stream, "403 Forbidden", "", default);

        var error = await FailAsync("p/");
        never.SetResult();

        Assert.Equal("S3:Denied", error.Problem.Code);
        Assert.Contains("s3://b/p/b", error.Problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("169.254.169.254")]
    public async Task What_only_the_node_may_see_is_not_fetched(string host)
    {
        server.Objects["a"] = "secret"u8.ToArray();

        var error = await FailAsync("a", endpoint: server.Endpoint(host));

        Assert.Equal(("S3:AddressNotAllowed", true), (error.Problem.Code, error.IsRefusal));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Redirect_does_not_lead_to_what_only_the_node_may_see()
    {
        server.All = (_, stream) => WebServer.WriteAsync(stream, "307 Temporary Redirect", $"Location: {server.Endpoint("127.0.0.1")}/b/a", default);

        Assert.Equal("S3:BrokeOff", (await FailAsync("a")).Problem.Code);
        Assert.All(server.Requests, request => Assert.StartsWith("localhost:", request.Headers["Host"], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task Credentials_go_to_an_endpoint_that_a_job_names_only_if_they_may(bool areStatic, bool isAllowed, bool areSent)
    {
        options = options with { AllowJobEndpoints = isAllowed };
        keys = areStatic ? _static : _role;
        server.All = (_, stream) => WebServer.WriteAsync(stream, "403 Forbidden", "", default);

        var error = await FailAsync("a");

        Assert.All(server.Requests, request => Assert.Equal(areSent, request.Headers.ContainsKey("Authorization")));
        Assert.All(server.Requests, request => Assert.DoesNotContain("X-Amz-Security-Token", request.Headers));
        Assert.Equal(!areSent, error.Problem.Hint!.Contains("AllowJobEndpoints", StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_of_a_role_go_to_the_nodes_own_endpoint()
    {
        options = options with { AllowJobEndpoints = false, Endpoint = new Uri(server.Endpoint()) };
        keys = _role;
        server.Objects["a"] = "x"u8.ToArray();

        await PrepareAsync("a", endpoint: "");

        Assert.All(server.Requests, request => Assert.Equal("t0ken", request.Headers["X-Amz-Security-Token"]));
    }

    [Fact]
    public async Task Bucket_that_the_node_does_not_allow_is_refused()
    {
        options = options with { Buckets = ["data-*", "open"] };

        Assert.Equal("S3:BucketNotAllowed", (await Source().FindRefusalAsync(Input("a"), default))!.Code);
        Assert.Null(await Source().FindRefusalAsync(Input("a", bucket: "data-1"), default));
    }

    [Fact]
    public async Task Server_that_is_away_is_asked_again_and_named()
    {
        var endpoint = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{FreePort.Next()}");

        var error = await FailAsync("a", endpoint: endpoint);

        Assert.Equal(("S3:BrokeOff", false), (error.Problem.Code, error.IsRefusal));
        Assert.Contains(endpoint, error.Problem.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        http.Dispose();
        cache.Dispose();
        root.Delete(recursive: true);
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }

    private S3InputSource Source() => new(http, cache, () => Task.FromResult(keys), options, TimeProvider.System);

    private InputSource Input(string key, string? endpoint = null, string filter = "", string bucket = "b") => new()
    {
        Source = Spec.Of("s3", ("Bucket", bucket), ("Key", key), ("Filter", filter), ("Endpoint", endpoint ?? server.Endpoint()), ("Region", "us-east-1")),
        Target = "/inputs",
    };

    private async Task<Mount> PrepareAsync(string key, string? endpoint = null, string filter = "", long most = long.MaxValue)
    {
        var folder = root.CreateSubdirectory(string.Create(CultureInfo.InvariantCulture, $"prepared-{++prepared}")).FullName;
        using var source = Source();
        return await source.PrepareAsync(new InputRequest(Input(key, endpoint, filter), folder) { MostBytes = most }, new Progress<ExecutionProgress>(), default);
    }

    private Task<EngineException> FailAsync(string key, string? endpoint = null, string filter = "", long most = long.MaxValue) =>
        Assert.ThrowsAsync<EngineException>(() => PrepareAsync(key, endpoint, filter, most));
}
