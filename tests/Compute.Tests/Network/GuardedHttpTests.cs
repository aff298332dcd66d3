using System.Net;
using Bacalhau.Compute.Network;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Network;

/// <summary>What a name leads to is looked at when it is connected to, each time.</summary>
public sealed class GuardedHttpTests : IAsyncDisposable
{
    private readonly WebServer server = new((_, to) => WebServer.WriteAsync(to, "200 OK", "", "reached"u8.ToArray()));
    private readonly HttpClient http;
    private IPAddress[] addresses = [IPAddress.Loopback];

    public GuardedHttpTests() => http = GuardedHttp.Create(new AddressFilter(["127.0.0.1"], (_, _) => Task.FromResult(addresses)));

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return server.DisposeAsync();
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("127.0.0.2")]
    [InlineData("::1")]
    [InlineData("::ffff:169.254.169.254")]
    public async Task Answer_of_DNS_that_changes_is_noticed(string next)
    {
        Assert.Equal("reached", await http.GetStringAsync(new Uri(server.Url("/", "data.example"))));
        addresses = [IPAddress.Parse(next)];

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri(server.Url("/", "data.example"))));

        Assert.Contains("of data.example", Assert.IsType<ForbiddenAddressException>(error.InnerException).Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Only_those_of_several_addresses_are_tried_that_may_be_reached()
    {
        addresses = [IPAddress.Parse("169.254.169.254"), IPAddress.IPv6Loopback, IPAddress.Loopback];

        Assert.Equal("reached", await http.GetStringAsync(new Uri(server.Url("/", "data.example"))).WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Redirect_is_given_back_and_not_followed()
    {
        await using var redirecting = new WebServer((_, to) => WebServer.WriteAsync(to, "302 Found", $"Location: {server.Url("/")}", default));

        using var answer = await http.GetAsync(new Uri(redirecting.Url("/", "data.example")));

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Empty(server.Requests);
    }
}
