using System.Net;
using Bacalhau.Cli.Serve;

namespace Bacalhau.Cli.Tests.Serve;

public sealed class ListenAddressTests
{
    private static readonly IPAddress[] _own = [.. new[] { "127.0.0.1", "::1", "169.254.7.7", "172.20.0.1", "203.0.113.9" }.Select(IPAddress.Parse)];

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("::", "::")]
    [InlineData("any", "0.0.0.0")]
    [InlineData("loopback", "127.0.0.1")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("Local", "127.0.0.1")]
    [InlineData("private", "172.20.0.1")]
    [InlineData("public", "203.0.113.9")]
    [InlineData("linklocal", "169.254.7.7")]
    public void Kind_of_address_becomes_an_address_of_the_machine(string host, string address) =>
        Assert.Equal(IPAddress.Parse(address), ListenAddress.Of(host, () => _own));

    [Theory]
    [InlineData("public")]
    [InlineData("multicast")]
    [InlineData("no such host")]
    public void Kind_that_the_machine_lacks_and_unknown_names_are_refused(string host)
    {
        var problem = Assert.Throws<CliException>(() => ListenAddress.Of(host, () => [IPAddress.Loopback]));

        Assert.Contains(host, problem.Message, StringComparison.Ordinal);
    }
}
