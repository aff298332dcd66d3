using Bacalhau.Compute.Engines.Docker;
using Bacalhau.Core.Jobs;
using TaskSpec = Bacalhau.Core.Jobs.TaskSpec;

namespace Bacalhau.Compute.Tests.Engines.Docker;

/// <summary>Health checks of containers.</summary>
public sealed class DockerHealthTests
{
    private const string Serve = "mkdir -p /www; echo hi >/www/ok; httpd -f -p 8080 -h /www";

    [Theory]
    [InlineData("http", "/ok", null)]
    [InlineData("http", "/absent", "it answered with status 404")]
    [InlineData("tcp", "", null)]
    public async Task Ports_are_looked_at_over_the_containers_own_address(string type, string path, string? expected) =>
        await AssertFoundAsync(Serve, new HealthCheckSpec { Type = type, Port = 8080, Path = path }, expected);

    [Fact]
    public async Task Closed_port_is_told() => await AssertFoundAsync("sleep 60", new HealthCheckSpec { Type = "tcp", Port = 8080 }, "Connection refused");

    [Theory]
    [InlineData("true", null)]
    [InlineData("echo not yet >&2; exit 3", "the command ended with exit code 3: not yet")]
    public async Task Command_runs_in_the_container(string script, string? expected) =>
        await AssertFoundAsync("sleep 60", new HealthCheckSpec { Type = "exec", Command = ["sh", "-c", script] }, expected);

    [Theory]
    [InlineData("http", 0, NetworkType.Bridge)]
    [InlineData("tcp", 80, NetworkType.None)]
    [InlineData("exec", 80, NetworkType.Bridge)]
    [InlineData("grpc", 80, NetworkType.Bridge)]
    public void Check_that_can_never_work_is_refused(string type, int port, NetworkType network) => Assert.Equal(
        "Docker:HealthCheckInvalid", ContainerCheck.FindRefusal(new TaskSpec { HealthCheck = new HealthCheckSpec { Type = type, Port = port } }, network)!.Code);

    private static async Task AssertFoundAsync(string script, HealthCheckSpec check, string? expected)
    {
        _ = TestDocker.Image;
        await using var docker = new DockerWorkshop();
        using var engine = docker.NewEngine();
        using var stop = new CancellationTokenSource();
        var run = docker.NewRun(DockerWorkshop.Script(script) with { HealthCheck = check }) with { StopGrace = TimeSpan.Zero };
        await engine.PrepareAsync(run, new Progress<Core.Executions.ExecutionProgress>(), default);
        var running = engine.RunAsync(run, stop.Token, default);
        var found = "";
        for (var i = 0; i < 100 && found != expected; i++)
        {
            found = await engine.CheckAsync(run, check, default);
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        stop.Cancel();
        await running;
        Assert.Equal(expected, found);
    }
}
