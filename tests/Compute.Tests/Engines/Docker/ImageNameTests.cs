using Bacalhau.Compute.Engines.Docker;

namespace Bacalhau.Compute.Tests.Engines.Docker;

public sealed class ImageNameTests
{
    private const string Digest = "sha256:f1e35cbe51619ae1440f8b99173555e59f8c031e59501e0d7d6acdc611017fae";

    [Theory]
    [InlineData("busybox", "docker.io", "busybox:latest")]
    [InlineData("busybox:1.35", "docker.io", "busybox:1.35")]
    [InlineData("library/busybox", "docker.io", "library/busybox:latest")]
    [InlineData("ghcr.io/a/b/c:v1", "ghcr.io", "ghcr.io/a/b/c:v1")]
    [InlineData("localhost/x", "localhost", "localhost/x:latest")]
    [InlineData("127.0.0.1:5000/x:1", "127.0.0.1:5000", "127.0.0.1:5000/x:1")]
    [InlineData("[::1]:5000/x", "[::1]:5000", "[::1]:5000/x:latest")]
    [InlineData("a/b@" + Digest, "docker.io", "a/b@" + Digest)]
    [InlineData("a/b:tag@" + Digest, "docker.io", "a/b@" + Digest)]
    public void Name_is_read_as_docker_does(string text, string registry, string full)
    {
        Assert.True(ImageName.TryParse(text, out var name));
        Assert.Equal((registry, full), (name.Registry, name.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("UPPER CASE!!")]
    [InlineData("Upper")]
    [InlineData("a//b")]
    [InlineData("a:")]
    [InlineData("a@sha256:xyz")]
    [InlineData("../a")]
    [InlineData("a b")]
    [InlineData("a?x=1")]
    public void What_is_no_name_is_not_read(string text) => Assert.False(ImageName.TryParse(text, out _));
}
