using Bacalhau.Cli.Serve;

namespace Bacalhau.Cli.Tests.Serve;

public sealed class ResultAddressTests
{
    [Theory]
    [InlineData("", "", "nats://10.0.0.1:4222", "0.0.0.0", "10.0.0.7")]
    [InlineData("", "node.example", "nats://10.0.0.1:4222", "0.0.0.0", "node.example")]
    [InlineData("", "node.example", "nats://127.0.0.1:4222", "0.0.0.0", "node.example")]
    [InlineData("", "", "nats://127.0.0.1:4222", "127.0.0.1", "10.0.0.7")]
    [InlineData("", "", "localhost:4222", "127.0.0.1", "10.0.0.7")]
    [InlineData("0.0.0.0", "", "nats://127.0.0.1:4222", "0.0.0.0", "10.0.0.7")]
    [InlineData("127.0.0.1", "node.example", "nats://10.0.0.1:4222", "127.0.0.1", "127.0.0.1")]
    [InlineData("localhost", "", "nats://10.0.0.1:4222", "127.0.0.1", "localhost")]
    [InlineData("192.0.2.9", "", "nats://10.0.0.1:4222", "0.0.0.0", "192.0.2.9")]
    public void Results_are_served_where_clients_are_told_to_fetch_them(string given, string advertised, string orchestrator, string listen, string told)
    {
        var address = new ResultAddress(given, advertised, [orchestrator]);

        Assert.Equal((listen, told), (address.Listen.ToString(), address.Told("10.0.0.7")));
    }
}
