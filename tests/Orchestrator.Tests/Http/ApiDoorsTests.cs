using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Bacalhau.Orchestrator.Http;
using Microsoft.AspNetCore.Http;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>Who is let in, and how much is taken.</summary>
public sealed class ApiDoorsTests
{
    private const string Stop = "/api/v1/orchestrator/jobs/j-nope";
    private const string Alive = "/api/v1/agent/alive";

    [Theory]
    [InlineData("http://evil.test", HttpStatusCode.Forbidden)]
    [InlineData("http://friend.test", HttpStatusCode.NotFound)]
    [InlineData(null, HttpStatusCode.NotFound)]
    [InlineData("own", HttpStatusCode.NotFound)]
    public async Task Changes_are_taken_from_allowed_pages_only(string? origin, HttpStatusCode expected)
    {
        await using var cluster = await ApiCluster.StartAsync(new ApiOptions { AllowedOrigins = ["http://friend.test"] });
        using var request = new HttpRequestMessage(HttpMethod.Delete, Stop);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin == "own" ? cluster.Client.BaseAddress!.GetLeftPart(UriPartial.Authority) : origin);
        }

        using var answer = await cluster.Client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("localhost:1234", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("orchestrator.test", HttpStatusCode.OK)]
    [InlineData("evil.test", HttpStatusCode.Forbidden)]
    public async Task From_this_machine_only_known_host_names_are_answered(string host, HttpStatusCode expected)
    {
        await using var cluster = await ApiCluster.StartAsync(new ApiOptions { AllowedHosts = ["orchestrator.test"] });
        using var request = new HttpRequestMessage(HttpMethod.Get, Alive);
        request.Headers.Host = host;
        using var answer = await cluster.Client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Pages_are_not_told_that_they_may_read_unless_they_are_listed()
    {
        await using var cluster = await ApiCluster.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, Alive);
        request.Headers.Add("Origin", "http://evil.test");
        using var answer = await cluster.Client.SendAsync(request);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_body_without_length_is_taken()
    {
        await using var cluster = await ApiCluster.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/orchestrator/jobs");
        request.Headers.TransferEncodingChunked = true;
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("""
            {"Job":{"Type":"batch","Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"busybox"}}}]}}
            """));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await cluster.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_answered()
    {
        await using var server = await ApiServer.StartAsync(
            new ApiOptions { RequestTimeout = TimeSpan.FromMilliseconds(50) },
            app => app.MapApi("GET", "/slow", context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted)));
        using var answer = await server.Client.GetAsync(new Uri("/slow", UriKind.Relative));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "Server Timeout!"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_is_a_503_with_words()
    {
        await using var cluster = await ApiCluster.StartAsync(commit: _ => throw new IOException("no space left on device"));
        using var content = new StringContent(
            """{"Job":{"Type":"batch","Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"busybox"}}}]}}""", Encoding.UTF8, "application/json");
        using var answer = await cluster.Client.PutAsync(new Uri("/api/v1/orchestrator/jobs", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("\"Code\":\"ServiceUnavailable\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1", 10)]
    [InlineData("127.0.0.1", 100)]
    public void An_address_may_send_so_many_requests_at_once(string address, int expected)
    {
        using var limit = new ClientRateLimit(10);
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
        Assert.Equal(expected, Enumerable.Range(0, 100).TakeWhile(_ => limit.Allows(context)).Count());
    }
}
