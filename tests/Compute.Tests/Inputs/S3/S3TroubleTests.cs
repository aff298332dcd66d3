using System.Globalization;
using System.Text;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>What S3 inputs refuse, and what they send to whom.</summary>
public sealed class S3TroubleTests : S3Rig
{
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
        Server.All = (_, stream) => WebServer.WriteAsync(stream, status, "", Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code><Message>no</Message></Error>"));

        var error = await FailAsync("p/");

        Assert.Equal((problem, isRefusal, requests), (error.Problem.Code, error.IsRefusal, Server.Requests.Count));
        Assert.Contains("s3://b/p/ was answered with " + status[..3], error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_is_no_S3_is_a_failed_attempt()
    {
        Server.All = (_, stream) => WebServer.WriteAsync(stream, "200 OK", "Content-Type: text/html", "<html>hello"u8.ToArray());

        var error = await FailAsync("p/");

        Assert.Equal(("S3:BrokeOff", false), (error.Problem.Code, error.IsRefusal));
    }

    [Fact]
    public async Task What_is_too_large_is_refused_before_anything_is_fetched()
    {
        Server.Objects["p/a"] = new byte[600];
        Server.Objects["p/b"] = new byte[600];

        var error = await FailAsync("p/", most: 1000);

        Assert.Equal(("S3:TooLarge", true), (error.Problem.Code, error.IsRefusal));
        Assert.Empty(Server.Downloads);
    }

    [Fact]
    public async Task Too_many_objects_are_refused()
    {
        Options = Options with { MostObjects = 2 };
        Server.Objects["p/a"] = Server.Objects["p/b"] = Server.Objects["p/c"] = [];

        Assert.Equal("S3:TooManyObjects", (await FailAsync("p/")).Problem.Code);
    }

    [Fact]
    public async Task List_without_end_is_given_up()
    {
        Options = Options with { MostListed = 50 };
        Server.Objects["p/a"] = [];
        Server.ListsWithoutEnd = true;

        var error = await FailAsync("p/", filter: "nothing");

        Assert.Equal(("S3:TooManyObjects", 51), (error.Problem.Code, Server.Requests.Count));
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
        Server.Objects[key] = "x"u8.ToArray();
        Server.Objects["p/harmless"] = "y"u8.ToArray();

        var error = await FailAsync("p/");

        Assert.Equal(("S3:BadName", true), (error.Problem.Code, error.IsRefusal));
        Assert.Contains("s3://b/" + key, error.Problem.Message, StringComparison.Ordinal);
        Assert.Empty(Server.Downloads);
    }

    [Fact]
    public async Task File_that_would_be_a_folder_too_is_refused()
    {
        Server.Objects["data"] = "x"u8.ToArray();
        Server.Objects["data-2"] = "x"u8.ToArray();
        Server.Objects["data/a"] = "x"u8.ToArray();

        var error = await FailAsync("da*");

        Assert.Equal("S3:BadName", error.Problem.Code);
        Assert.Contains("s3://b/data/a", error.Problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("169.254.169.254")]
    public async Task What_only_the_node_may_see_is_not_fetched(string host)
    {
        Server.Objects["a"] = "secret"u8.ToArray();

        var error = await FailAsync("a", endpoint: Server.Endpoint(host));

        Assert.Equal(("S3:AddressNotAllowed", true), (error.Problem.Code, error.IsRefusal));
        Assert.Empty(Server.Requests);
    }

    [Fact]
    public async Task Redirect_does_not_lead_to_what_only_the_node_may_see()
    {
        Server.All = (_, stream) => WebServer.WriteAsync(stream, "307 Temporary Redirect", $"Location: {Server.Endpoint("127.0.0.1")}/b/a", default);

        Assert.Equal("S3:BrokeOff", (await FailAsync("a")).Problem.Code);
        Assert.All(Server.Requests, request => Assert.StartsWith("localhost:", request.Headers["Host"], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task Credentials_go_to_an_endpoint_that_a_job_names_only_if_they_may(bool areStatic, bool isAllowed, bool areSent)
    {
        Options = Options with { AllowJobEndpoints = isAllowed };
        Keys = areStatic ? Static : Role;
        Server.All = (_, stream) => WebServer.WriteAsync(stream, "403 Forbidden", "", default);

        var error = await FailAsync("a");

        Assert.All(Server.Requests, request => Assert.Equal(areSent, request.Headers.ContainsKey("Authorization")));
        Assert.All(Server.Requests, request => Assert.DoesNotContain("X-Amz-Security-Token", request.Headers));
        Assert.Equal(!areSent, error.Problem.Hint!.Contains("AllowJobEndpoints", StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_of_aRole_go_to_the_nodes_own_endpoint()
    {
        Options = Options with { AllowJobEndpoints = false, Endpoint = new Uri(Server.Endpoint()) };
        Keys = Role;
        Server.Objects["a"] = "x"u8.ToArray();

        await PrepareAsync("a", endpoint: "");

        Assert.All(Server.Requests, request => Assert.Equal("t0ken", request.Headers["X-Amz-Security-Token"]));
    }

    [Fact]
    public async Task Bucket_that_the_node_does_not_allow_is_refused()
    {
        Options = Options with { Buckets = ["data-*", "open"] };

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

    [Fact]
    public async Task Settings_of_the_node_that_cannot_be_read_are_told()
    {
        Find = () => throw new Amazon.Runtime.AmazonClientException("the profile is not whole");

        var error = await FailAsync("a");

        Assert.Equal(("S3:BadNodeSettings", true), (error.Problem.Code, error.IsRefusal));
        Assert.Empty(Server.Requests);
    }
}
