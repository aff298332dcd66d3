using System.Text.Json.Nodes;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Engines.Docker;
using Bacalhau.Compute.Gpus;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.TestKit.Engines;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Compute.Tests.Engines.Docker;

/// <summary>What container a task becomes, decided without a daemon.</summary>
public sealed class ContainerPlanTests
{
    private static readonly DockerOptions Options = new() { StoreId = "store-1" };

    [Fact]
    public void Container_gains_nothing_beyond_a_small_set_of_capabilities()
    {
        var host = Plan(new TaskSpec()).HostConfig!;

        Assert.Equal(["ALL"], host.CapDrop);
        Assert.Equal(["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"], host.CapAdd);
        Assert.Equal(["no-new-privileges"], host.SecurityOpt);
        Assert.False(host.Privileged);
    }

    [Fact]
    public void Limits_are_what_is_reserved_and_swap_adds_nothing()
    {
        var host = Plan(new TaskSpec()).HostConfig!;

        Assert.Equal((1_500_000_000, 1000, 1000, 4096), (host.NanoCPUs, host.Memory, host.MemorySwap, host.PidsLimit));
    }

    [Fact]
    public void Nvidia_devices_are_asked_for_by_their_ids()
    {
        var host = Plan(new TaskSpec(), new GpuDevice("GPU-aa", GpuVendor.Nvidia, "H100", 1, []), new GpuDevice("GPU-bb", GpuVendor.Nvidia, "H100", 1, [])).HostConfig!;

        Assert.Equal(["GPU-aa", "GPU-bb"], Assert.Single(host.DeviceRequests!).DeviceIDs!);
        Assert.Empty(host.Devices!);
    }

    [Fact]
    public void Devices_of_others_are_files_each_once()
    {
        var host = Plan(
            new TaskSpec(),
            new GpuDevice("0000:03:00.0", GpuVendor.Amd, "MI250", 1, ["/dev/kfd", "/dev/dri/card0"]),
            new GpuDevice("0000:04:00.0", GpuVendor.Amd, "MI250", 1, ["/dev/kfd", "/dev/dri/card1"])).HostConfig!;

        Assert.Equal(["/dev/kfd", "/dev/dri/card0", "/dev/dri/card1"], host.Devices!.Select(device => device.PathOnHost));
        Assert.All(host.Devices!, device => Assert.Equal((device.PathOnHost, "rwm"), (device.PathInContainer, device.CgroupPermissions)));
        Assert.Empty(host.DeviceRequests!);
    }

    [Fact]
    public void Container_without_devices_gets_none()
    {
        var host = Plan(new TaskSpec()).HostConfig!;

        Assert.Empty(host.DeviceRequests!);
        Assert.Empty(host.Devices!);
    }

    [Fact]
    public void Name_and_labels_tell_whose_it_is()
    {
        var container = Plan(new TaskSpec());

        Assert.Equal("bacalhau-store-1-e-1", container.Name);
        Assert.Equal(("store-1", "e-1", "j-1"), (container.Labels!["bacalhau-executor"], container.Labels["bacalhau-executionID"], container.Labels["bacalhau-jobID"]));
    }

    [Theory]
    [InlineData(NetworkType.Default, "bridge")]
    [InlineData(NetworkType.Bridge, "bridge")]
    [InlineData(NetworkType.None, "none")]
    [InlineData(NetworkType.Host, "host")]
    [InlineData(NetworkType.Full, "host")]
    public void Network_is_the_tasks(NetworkType type, string mode) =>
        Assert.Equal(mode, Plan(new TaskSpec { Network = new NetworkConfig { Type = type } }).HostConfig!.NetworkMode);

    [Fact]
    public void Port_without_a_target_has_the_same_number_inside()
    {
        var bindings = Plan(new TaskSpec
        {
            Network = new NetworkConfig { Type = NetworkType.Bridge, Ports = [new PortMapping { Name = "a", Static = 20001 }, new PortMapping { Name = "b", Static = 20002, Target = 80, HostNetwork = "127.0.0.1" }] },
        }).HostConfig!.PortBindings!;

        Assert.Equal(["20001/tcp", "80/tcp"], bindings.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("0.0.0.0", "20001"), (bindings["20001/tcp"][0].HostIP, bindings["20001/tcp"][0].HostPort));
        Assert.Equal(("127.0.0.1", "20002"), (bindings["80/tcp"][0].HostIP, bindings["80/tcp"][0].HostPort));
    }

    private static global::Docker.DotNet.Models.CreateContainerParameters Plan(TaskSpec task, params GpuDevice[] gpus)
    {
        task = task with { Engine = Spec.Of("docker", ("Image", "busybox"), ("Parameters", new JsonArray("true"))) };
        var run = new EngineRun
        {
            Execution = new ExecutionId("e-1"),
            Job = new JobId("j-1"),
            Namespace = "default",
            Task = task,
            Resources = new ResourceAmount(1500, 1000, 0, gpus.Length),
            Gpus = [.. gpus],
            Environment = TextMap.Empty,
            Inputs = [],
            Results = [],
            ScratchFolder = "/scratch",
            Output = new RecordingSink(),
            StopGrace = TimeSpan.FromSeconds(1),
        };
        return ContainerPlan.Of(run, DockerTask.Read(task).Task!, Options);
    }
}
