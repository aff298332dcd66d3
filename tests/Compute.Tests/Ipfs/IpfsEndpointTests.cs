using Bacalhau.Compute.Ipfs;

namespace Bacalhau.Compute.Tests.Ipfs;

public sealed class IpfsEndpointTests
{
    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/5001", "http://127.0.0.1:5001/")]
    [InlineData(" /ip4/127.0.0.1/tcp/5001/ ", "http://127.0.0.1:5001/")]
    [InlineData("/ip4/10.0.0.7/tcp/5001/http", "http://10.0.0.7:5001/")]
    [InlineData("/ip6/::1/tcp/5001", "http://[::1]:5001/")]
    [InlineData("/dns/ipfs.example.org/tcp/8443/https", "https://ipfs.example.org:8443/")]
    [InlineData("/dns4/localhost/tcp/5001", "http://localhost:5001/")]
    [InlineData("/dns6/ipfs.example.org/tcp/443/tls/http", "https://ipfs.example.org/")]
    public void Multiaddr_names_an_address(string text, string url)
    {
        Assert.True(IpfsEndpoint.TryParse(text, out var read));
        Assert.Equal(url, read.AbsoluteUri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("http://127.0.0.1:5001")]
    [InlineData("127.0.0.1:5001")]
    [InlineData("/ip4/127.0.0.1/udp/5001")]
    [InlineData("/ip4/127.0.0.1/tcp/0")]
    [InlineData("/ip4/127.0.0.1/tcp/65536")]
    [InlineData("/ip4/127.1/tcp/5001")]
    [InlineData("/ip4/::1/tcp/5001")]
    [InlineData("/ip6/127.0.0.1/tcp/5001")]
    [InlineData("/dns/user@host/tcp/5001")]
    [InlineData("/dns/a b/tcp/5001")]
    [InlineData("/ip4/127.0.0.1/tcp/5001/ws")]
    [InlineData("/ip4/127.0.0.1/tcp/5001/p2p/12D3KooWTest")]
    [InlineData("/unix/run/ipfs.sock")]
    public void What_is_none_is_not_taken(string text) => Assert.False(IpfsEndpoint.TryParse(text, out _));
}
