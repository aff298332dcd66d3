using System.Net;
using Bacalhau.Compute.Network;

namespace Bacalhau.Compute.Tests.Network;

public sealed class AddressFilterTests
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("::169.254.169.254")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("ff02::1")]
    public void Addresses_of_the_machines_surroundings_are_never_reached(string address) =>
        Assert.NotNull(new AddressFilter([address, "some.host"]).FindObjection("some.host", IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    public void Node_itself_is_reached_only_under_a_name_that_is_allowed(string address)
    {
        Assert.NotNull(new AddressFilter([]).FindObjection("a.host", IPAddress.Parse(address)));
        Assert.NotNull(new AddressFilter(["b.host"]).FindObjection("a.host", IPAddress.Parse(address)));
        Assert.Null(new AddressFilter(["A.host"]).FindObjection("a.host", IPAddress.Parse(address)));
    }

    [Fact]
    public void Node_itself_is_reached_under_any_name_where_its_address_is_allowed() =>
        Assert.Null(new AddressFilter(["127.0.0.1"]).FindObjection("a.host", IPAddress.Loopback));

    [Theory]
    [InlineData("192.0.2.10")]
    [InlineData("10.1.2.3")]
    [InlineData("192.168.1.1")]
    [InlineData("2001:db8::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("::ffff:192.0.2.10")]
    public void Other_addresses_are_reached(string address) => Assert.Null(new AddressFilter([]).FindObjection("a.host", IPAddress.Parse(address)));
}
