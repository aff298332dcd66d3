using Bacalhau.Compute.Engines.Docker;
using Docker.DotNet;

namespace Bacalhau.Compute.Tests.Engines.Docker;

/// <summary>The Docker daemon that the tests use, as the script that runs them names it.</summary>
internal static class TestDocker
{
    /// <summary>An image with a shell; a test is skipped without it.</summary>
    public static string Image => Required("BACALHAU_TEST_DOCKER_IMAGE", "no Docker daemon: scripts/test.sh starts one and names its image in BACALHAU_TEST_DOCKER_IMAGE");

    /// <summary>Host and port of a registry that holds <c>busybox:1.35</c>; a test is skipped without it.</summary>
    public static string Registry => Required("BACALHAU_TEST_REGISTRY", "no image registry: scripts/test.sh starts one and names it in BACALHAU_TEST_REGISTRY");

    public static DockerOptions NewOptions() => DockerOptions.FromEnvironment($"test-{Guid.NewGuid():N}", Environment.GetEnvironmentVariable) with { ClientConfigFolder = "" };

    public static DockerClient NewClient() =>
        new DockerClientBuilder().WithEndpoint(NewOptions().Endpoint).WithTimeout(Timeout.InfiniteTimeSpan).Build();

    private static string Required(string variable, string reason)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(string.IsNullOrEmpty(value), reason);
        return value!;
    }
}
