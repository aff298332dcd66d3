using Bacalhau.Compute.Engines.Docker;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tests.Engines.Docker;

/// <summary>Which network a container gets.</summary>
public sealed class DockerNetworkTests : IAsyncLifetime
{
    private const string Look = "ls /sys/class/net | sort | tr '\\n' ' '; grep -c host.docker.internal /etc/hosts";

    public ValueTask InitializeAsync()
    {
        _ = TestDocker.Image;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(NetworkType.Default, "eth0 lo 1\n")]
    [InlineData(NetworkType.Bridge, "eth0 lo 1\n")]
    [InlineData(NetworkType.None, "lo 0\n")]
    public async Task Container_sees_its_network(NetworkType type, string expected)
    {
        await using var docker = new DockerWorkshop();

        await docker.RunAsync(DockerWorkshop.Script(Look) with { Network = new NetworkConfig { Type = type } });

        Assert.Equal(expected, docker.Sink.Stdout);
    }

    [Fact]
    public async Task Default_is_no_network_where_the_node_says_so()
    {
        await using var docker = new DockerWorkshop { Options = TestDocker.NewOptions() with { DefaultNetwork = NetworkType.None } };

        await docker.RunAsync(DockerWorkshop.Script(Look));

        Assert.Equal("lo 0\n", docker.Sink.Stdout);
    }

    [Theory]
    [InlineData(NetworkType.Host)]
    [InlineData(NetworkType.Full)]
    public async Task Network_of_the_node_is_refused_unless_it_is_allowed(NetworkType type)
    {
        await using var docker = new DockerWorkshop();
        using var engine = docker.NewEngine();

        var problem = await engine.FindRefusalAsync(DockerWorkshop.Script("true") with { Network = new NetworkConfig { Type = type } }, default);

        Assert.Equal("Docker:HostNetworkForbidden", problem!.Code);
    }

    [Fact]
    public async Task Network_of_the_node_is_given_where_it_is_allowed()
    {
        await using var docker = new DockerWorkshop { Options = TestDocker.NewOptions() with { AllowsHostNetwork = true } };
        var task = DockerWorkshop.Script("ls /sys/class/net | sort | tr '\\n' ' '") with { Network = new NetworkConfig { Type = NetworkType.Host } };

        await docker.RunAsync(task);

        var here = System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().Select(found => found.Name);
        Assert.Contains(here, name => name is not ("lo" or "eth0") && docker.Sink.Stdout.Split(' ').Contains(name));
    }

    [Fact]
    public async Task Network_limited_to_domains_is_refused()
    {
        await using var docker = new DockerWorkshop();
        using var engine = docker.NewEngine();

        var problem = await engine.FindRefusalAsync(DockerWorkshop.Script("true") with { Network = new NetworkConfig { Type = NetworkType.HTTP, Domains = ["example.org"] } }, default);

        Assert.Equal("Docker:NetworkUnsupported", problem!.Code);
    }

    [Theory]
    [InlineData("unix:///nowhere/docker.sock", "there is no such socket")]
    [InlineData("tcp://127.0.0.1:1", "refused")]
    public async Task Daemon_that_is_not_there_makes_the_engine_unavailable_with_words(string endpoint, string cause)
    {
        using var engine = new DockerEngine(
            TestDocker.NewOptions() with { Endpoint = new Uri(endpoint) }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<DockerEngine>.Instance);

        var reason = await engine.FindWhyUnavailableAsync(default);

        Assert.Contains("does not answer", reason, StringComparison.Ordinal);
        Assert.Contains(cause, reason, StringComparison.Ordinal);
        Assert.Contains(new Uri(endpoint).ToString(), reason, StringComparison.Ordinal);
    }
}
