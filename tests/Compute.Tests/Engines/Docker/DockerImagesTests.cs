using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bacalhau.Compute.Engines;
using Docker.DotNet.Models;
using Docker.DotNet;

namespace Bacalhau.Compute.Tests.Engines.Docker;

/// <summary>Where images come from. Cases of golden/engines/docker-images.md.</summary>
public sealed class DockerImagesTests : IAsyncLifetime
{
    private readonly string registry = TestDocker.Registry;
    private readonly DockerWorkshop docker = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => docker.DisposeAsync();

    [Fact]
    public async Task Image_that_is_not_here_is_pulled_with_progress()
    {
        await DeleteAsync($"{registry}/busybox:1.35");

        var exit = await docker.RunAsync(Image($"{registry}/busybox:1.35"));

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 0), exit);
        Assert.All(docker.Progress, progress => Assert.Equal(("pulling image", "bytes"), (progress.Step, progress.Unit)));
        Assert.NotEmpty(docker.Progress);
    }

    [Fact]
    public async Task Image_that_is_here_is_not_pulled()
    {
        await docker.RunAsync(Image(TestDocker.Image));

        Assert.Empty(docker.Progress);
    }

    [Fact]
    public async Task Image_is_taken_by_its_digest()
    {
        var digest = (await docker.Client.Distribution.InspectAsync($"{registry}/busybox:1.35")).Descriptor!.Digest;

        Assert.Equal(0, (await docker.RunAsync(Image($"{registry}/busybox@{digest}"))).ExitCode);
    }

    [Fact]
    public async Task Image_in_a_registry_is_not_refused()
    {
        using var engine = docker.NewEngine();

        Assert.Null(await engine.FindRefusalAsync(Image($"{registry}/busybox:1.35"), default));
    }

    [Theory]
    [InlineData("nosuch:1")]
    [InlineData("busybox:nosuch")]
    public async Task Image_that_the_registry_does_not_have_is_refused_by_name(string name)
    {
        using var engine = docker.NewEngine();

        var problem = await engine.FindRefusalAsync(Image($"{registry}/{name}"), default);

        Assert.Equal("Docker:ImageNotFound", problem!.Code);
        Assert.Equal($"{registry}/{name}", problem.Details["Image"]);
        Assert.NotEmpty(problem.Hint);
    }

    [Fact]
    public async Task Image_that_the_registry_does_not_have_cannot_be_prepared()
    {
        using var engine = docker.NewEngine();

        var error = await Assert.ThrowsAsync<EngineException>(() => engine.PrepareAsync(docker.NewRun(Image($"{registry}/nosuch:1")), new Progress<Core.Executions.ExecutionProgress>(), default));

        Assert.True(error.IsRefusal);
    }

    [Fact]
    public async Task Registry_that_does_not_answer_is_no_refusal()
    {
        using var engine = docker.NewEngine();

        var error = await Assert.ThrowsAsync<EngineException>(() => engine.FindRefusalAsync(Image("127.0.0.1:1/x:1"), default));

        Assert.False(error.IsRefusal);
        Assert.Contains("refused", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_that_hangs_ends_at_once_when_it_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var engine = docker.NewEngine();
        using var stop = new CancellationTokenSource();
        var preparing = engine.PrepareAsync(docker.NewRun(Image($"{silent.LocalEndpoint}/x:1")), new Progress<Core.Executions.ExecutionProgress>(), stop.Token);
        using var asked = await silent.AcceptTcpClientAsync();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => preparing.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Image_removed_after_it_was_prepared_is_pulled_again()
    {
        var run = docker.NewRun(Image($"{registry}/busybox:1.35"));
        using var engine = docker.NewEngine();
        await engine.PrepareAsync(run, new Progress<Core.Executions.ExecutionProgress>(), default);
        await DeleteAsync($"{registry}/busybox:1.35");

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 0), await engine.RunAsync(run, default, default));
    }

    private static Core.Jobs.TaskSpec Image(string name) => DockerWorkshop.Task(("Image", name), ("Parameters", new JsonArray("true")));

    private async Task DeleteAsync(string image)
    {
        try
        {
            await docker.Client.Images.DeleteImageAsync(image, new ImageDeleteParameters { Force = true });
        }
        catch (DockerImageNotFoundException)
        {
            // It is to be absent.
        }
    }
}
