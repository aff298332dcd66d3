using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Logs;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Network;
using Docker.DotNet.Models;
using TaskSpec = Bacalhau.Core.Jobs.TaskSpec;

namespace Bacalhau.Compute.Tests.Engines.Docker;

/// <summary>What is particular to containers, against a real daemon. Cases of golden/engines/docker-*.md that an engine decides are here.</summary>
public sealed class DockerEngineTests : IAsyncLifetime
{
    private DockerWorkshop docker = null!;

    public ValueTask InitializeAsync()
    {
        _ = TestDocker.Image;
        docker = new DockerWorkshop();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => docker?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Program_has_few_capabilities_and_gains_no_privileges()
    {
        await docker.RunAsync(DockerWorkshop.Script("grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status"));

        const long expected = (1L << 0) | (1L << 1) | (1L << 3) | (1L << 5) | (1L << 6) | (1L << 7) | (1L << 10);
        Assert.Equal($"CapEff:\t{expected:x16}\nCapBnd:\t{expected:x16}\nNoNewPrivs:\t1\nSeccomp:\t2\n", docker.Sink.Stdout);
    }

    [Fact]
    public async Task Container_has_limits_labels_and_mounts()
    {
        var folder = Directory.CreateDirectory(Path.Combine(docker.Root, "in")).FullName;
        var run = docker.NewRun(DockerWorkshop.Script("true")) with { Inputs = [new(folder, "/in", Writable: false)], Results = [new(folder, "/out", Writable: true)] };
        using var engine = docker.NewEngine();
        await engine.RunAsync(run, default, default);

        var container = await docker.InspectAsync(run);
        var host = container.HostConfig!;

        Assert.Equal((500_000_000, 64 << 20, 64 << 20, 4096), (host.NanoCPUs, host.Memory, host.MemorySwap, host.PidsLimit));
        Assert.Equal(docker.Options.StoreId, container.Config!.Labels!["bacalhau-executor"]);
        Assert.Equal(run.Execution.Value, container.Config.Labels["bacalhau-executionID"]);
        Assert.Equal([("/in", true), ("/out", false)], host.Mounts!.Select(mount => (mount.Target, mount.ReadOnly ?? false)));
        Assert.False(host.Privileged);
    }

    [Theory]
    [InlineData(false, false, "from-entrypoint cmd-a cmd-b")]
    [InlineData(false, true, "from-entrypoint p1 p2")]
    [InlineData(true, false, "mine")]
    [InlineData(true, true, "mine p1 p2")]
    public async Task Entry_point_and_parameters_replace_those_of_the_image(bool entrypoint, bool parameters, string expected)
    {
        var image = await docker.NewImageAsync("ENTRYPOINT [\"/bin/echo\", \"from-entrypoint\"]", "CMD [\"cmd-a\", \"cmd-b\"]");

        await docker.RunAsync(DockerWorkshop.Task(
            ("Image", image),
            ("Entrypoint", entrypoint ? new JsonArray("/bin/echo", "mine") : null),
            ("Parameters", parameters ? new JsonArray("p1", "p2") : null)));

        Assert.Equal(expected + "\n", docker.Sink.Stdout);
    }

    [Theory]
    [InlineData(false, false, "img-cmd")]
    [InlineData(false, true, "p1")]
    [InlineData(true, false, "mine")]
    [InlineData(true, true, "mine p1")]
    public async Task Image_with_only_a_command(bool entrypoint, bool parameters, string expected)
    {
        var image = await docker.NewImageAsync("CMD [\"/bin/echo\", \"img-cmd\"]");

        await docker.RunAsync(DockerWorkshop.Task(
            ("Image", image),
            ("Entrypoint", entrypoint ? new JsonArray("/bin/echo", "mine") : null),
            ("Parameters", parameters ? (entrypoint ? new JsonArray("p1") : new JsonArray("/bin/echo", "p1")) : null)));

        Assert.Equal(expected + "\n", docker.Sink.Stdout);
    }

    [Fact]
    public async Task Image_without_a_command_cannot_start()
    {
        var exit = await docker.RunAsync(DockerWorkshop.Task(("Image", await docker.NewBareImageAsync())));

        Assert.Equal((EngineOutcome.Failed, -1), (exit.Outcome, exit.ExitCode));
        Assert.Contains("command", exit.Problem!.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/no/such")]
    [InlineData("/etc/passwd")]
    [InlineData("/tmp")]
    public async Task Entry_point_that_is_no_program_cannot_start(string entrypoint)
    {
        var exit = await docker.RunAsync(DockerWorkshop.Task(("Entrypoint", new JsonArray(entrypoint))));

        Assert.Equal((EngineOutcome.Failed, -1), (exit.Outcome, exit.ExitCode));
        Assert.Contains(entrypoint, exit.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Engine_variables_win_over_the_tasks_and_the_tasks_over_the_images()
    {
        var image = await docker.NewImageAsync("ENV IMG_VAR=from-image", "ENV TASK=from-image");
        var task = DockerWorkshop.Task(
            ("Image", image),
            ("EnvironmentVariables", new JsonArray("IMG_VAR=engine", "BOTH=engine", "EMPTY=", "NOEQ", "A=1", "A=2", "SP=a b=c")),
            ("Parameters", new JsonArray("sh", "-c", "env | grep -vE '^(HOME|HOSTNAME|PATH|PWD|SHLVL)=' | sort")));

        await docker.RunAsync(docker.NewRun(task) with { Environment = TextMap.Empty.Add("BOTH", "task").Add("TASK", "t").Add("BACALHAU_JOB_ID", "j-1") });

        Assert.Equal("A=2\nBACALHAU_JOB_ID=j-1\nBOTH=engine\nEMPTY=\nIMG_VAR=engine\nSP=a b=c\nTASK=t\n", docker.Sink.Stdout);
    }

    [Fact]
    public async Task Working_directory_is_made()
    {
        await docker.RunAsync(DockerWorkshop.Task(("WorkingDirectory", "/made/by/docker"), ("Parameters", new JsonArray("pwd"))));

        Assert.Equal("/made/by/docker\n", docker.Sink.Stdout);
    }

    [Theory]
    [InlineData("kill -9 $$", 0)]
    [InlineData("nosuchcommand", 127)]
    [InlineData("sh -c 'kill -9 $$'; exit $?", 137)]
    public async Task Exit_codes_are_the_shells(string script, int code) =>
        Assert.Equal((EngineOutcome.Exited, code), await OutcomeAsync(DockerWorkshop.Script(script)));

    [Fact]
    public async Task Memory_taken_by_a_child_leaves_the_programs_own_end()
    {
        var exit = await docker.RunAsync(DockerWorkshop.Script("echo before; (tail -c 200m /dev/zero); exit 7"));

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 7), exit);
    }

    [Fact]
    public async Task Memory_taken_by_the_program_itself_fails_and_keeps_the_output()
    {
        var exit = await docker.RunAsync(DockerWorkshop.Script("echo before; exec tail -c 200m /dev/zero"));

        Assert.Equal((EngineOutcome.Failed, 137, "Docker:OutOfMemory"), (exit.Outcome, exit.ExitCode, exit.Problem!.Code));
        Assert.Equal("before\n", docker.Sink.Stdout);
    }

    [Fact]
    public async Task Less_memory_than_the_daemon_takes_fails_in_its_words()
    {
        var exit = await docker.RunAsync(docker.NewRun(DockerWorkshop.Script("true")) with { Resources = new(100, 1_000_000, 0, 0) });

        Assert.Equal((EngineOutcome.Failed, -1), (exit.Outcome, exit.ExitCode));
        Assert.Contains("memory", exit.Problem!.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Output_that_is_no_text_is_kept_byte_for_byte()
    {
        using var log = new ExecutionLog(new MemoryStream(), TimeProvider.System, 1_000_000);

        await docker.RunAsync(docker.NewRun(DockerWorkshop.Script("printf '\\377\\376\\000z\\303\\n\\200'")) with { Output = log });

        Assert.Equal([255, 254, 0, (byte)'z', 0xC3, (byte)'\n', 0x80], log.Describe(0).Stdout);
    }

    [Fact]
    public async Task Program_that_hears_TERM_ends_as_it_likes_and_what_it_said_is_kept()
    {
        using var stop = new CancellationTokenSource();
        var running = docker.RunAsync(
            DockerWorkshop.Script("trap 'echo got-TERM; exit 5' TERM; echo started; while :; do sleep 0.1; done"), stop.Token);
        await docker.Sink.WaitForStdoutAsync("started");
        await stop.CancelAsync();

        Assert.Equal(new EngineExit(EngineOutcome.Stopped, 5), await running);
        Assert.Equal("started\ngot-TERM\n", docker.Sink.Stdout);
    }

    [Fact]
    public async Task Stop_sends_the_signal_that_the_image_names()
    {
        using var stop = new CancellationTokenSource();
        var image = await docker.NewImageAsync(new CreateContainerParameters { StopSignal = "SIGINT" }, null);
        var running = docker.RunAsync(
            DockerWorkshop.Task(("Image", image), ("Parameters", new JsonArray("sh", "-c", "trap 'exit 5' TERM; trap 'exit 6' INT; echo started; while :; do sleep 0.1; done"))),
            stop.Token);
        await docker.Sink.WaitForStdoutAsync("started");
        await stop.CancelAsync();

        Assert.Equal(6, (await running).ExitCode);
    }

    [Fact]
    public async Task Container_killed_from_outside_is_an_exit_by_signal()
    {
        var run = docker.NewRun(DockerWorkshop.Script("echo started; sleep 60"));
        var running = docker.RunAsync(run);
        await docker.Sink.WaitForStdoutAsync("started");

        await docker.Client.Containers.KillContainerAsync((await docker.InspectAsync(run)).ID, new ContainerKillParameters { Signal = "KILL" });

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 137), await running);
    }

    [Fact]
    public async Task Container_removed_from_outside_fails_and_says_so()
    {
        var run = docker.NewRun(DockerWorkshop.Script("echo started; sleep 60"));
        var running = docker.RunAsync(run);
        await docker.Sink.WaitForStdoutAsync("started");

        await docker.Client.Containers.RemoveContainerAsync((await docker.InspectAsync(run)).ID, new ContainerRemoveParameters { Force = true });

        var exit = await running;
        Assert.Equal((EngineOutcome.Failed, "Docker:ContainerNotFound"), (exit.Outcome, exit.Problem?.Code));
    }

    [Fact]
    public async Task Run_outlives_a_daemon_that_breaks_off_and_every_byte_of_output_arrives_once()
    {
        await using var proxy = new CuttingProxy(docker.Options.Endpoint, Path.Combine(docker.Root, "proxy.sock"));
        await using var behind = new DockerWorkshop { Options = docker.Options with { Endpoint = proxy.Endpoint } };
        var running = behind.RunAsync(DockerWorkshop.Script("echo one; sleep 1; echo two; echo three >&2; sleep 1; echo four; exit 9"));
        await behind.Sink.WaitForStdoutAsync("one\n");
        proxy.CutAll();
        await behind.Sink.WaitForStdoutAsync("two\n");
        proxy.CutAll();

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 9), await running);
        Assert.Equal(("one\ntwo\nfour\n", "three\n"), (behind.Sink.Stdout, behind.Sink.Stderr));
    }

    [Fact]
    public async Task Container_ended_by_a_stop_of_the_daemon_is_no_end_of_the_programs_own()
    {
        await using var proxy = new CuttingProxy(docker.Options.Endpoint, Path.Combine(docker.Root, "proxy.sock"));
        await using var behind = new DockerWorkshop { Options = docker.Options with { Endpoint = proxy.Endpoint } };
        var run = behind.NewRun(DockerWorkshop.Script("echo one; sleep 60"));
        var running = behind.RunAsync(run);
        await behind.Sink.WaitForStdoutAsync("one\n");
        await proxy.Waiting;
        proxy.CutAll();
        await docker.Client.Containers.KillContainerAsync((await docker.InspectAsync(run)).ID, new ContainerKillParameters { Signal = "KILL" });

        var exit = await running;

        Assert.Equal((EngineOutcome.Failed, 137, "Docker:DaemonStopped"), (exit.Outcome, exit.ExitCode, exit.Problem?.Code));
    }

    [Fact]
    public async Task User_of_the_image_writes_results()
    {
        var image = await docker.NewImageAsync("USER 1000:1000");
        var results = new Compute.Results.ResultsFolder(Path.Combine(docker.Root, "results")).Create([new ResultPath { Name = "outputs", Path = "/outputs" }]);
        var task = DockerWorkshop.Task(("Image", image), ("Parameters", new JsonArray("sh", "-c", "echo mine > /outputs/x && rm /outputs/x && echo mine > /outputs/y")));

        Assert.Equal(0, (await docker.RunAsync(docker.NewRun(task) with { Results = results })).ExitCode);
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Path.Combine(results[0].Source, "y")));
    }

    [Fact]
    public async Task Two_mounts_at_one_place_are_refused()
    {
        var task = DockerWorkshop.Script("true") with
        {
            InputSources = [new InputSource { Target = "/data" }],
            ResultPaths = [new ResultPath { Name = "a", Path = "/data/" }],
        };
        using var engine = docker.NewEngine();

        Assert.Equal("Docker:BadParameters", (await engine.FindRefusalAsync(task, default))!.Code);
    }

    [Fact]
    public async Task Sweep_leaves_the_containers_of_another_node_alone()
    {
        await using var other = new DockerWorkshop();
        using var detach = new CancellationTokenSource();
        var run = other.NewRun(DockerWorkshop.Script("echo started; sleep 60"));
        using var engine = other.NewEngine();
        var running = engine.RunAsync(run, default, detach.Token);
        await other.Sink.WaitForStdoutAsync("started");
        await detach.CancelAsync();
        await running;

        using var mine = docker.NewEngine();
        await mine.SweepAsync(ImmutableHashSet<ExecutionId>.Empty, default);

        Assert.True((await other.InspectAsync(run)).State!.Running);
    }

    [Fact]
    public async Task Port_of_the_program_is_reached_on_the_node()
    {
        var port = FreePort.Next();
        var task = DockerWorkshop.Script("echo started; echo hello | nc -l -p 8080") with
        {
            Network = new NetworkConfig { Type = NetworkType.Bridge, Ports = [new PortMapping { Name = "web", Static = port, Target = 8080, HostNetwork = "127.0.0.1" }] },
        };
        var running = docker.RunAsync(task);
        await docker.Sink.WaitForStdoutAsync("started");

        Assert.Equal("hello\n", await ReadAsync(port));
        await running;
    }

    private async Task<(EngineOutcome Outcome, int ExitCode)> OutcomeAsync(TaskSpec task)
    {
        var exit = await docker.RunAsync(task);
        return (exit.Outcome, exit.ExitCode);
    }

    /// <summary>The daemon's proxy listens before the program does, and drops who comes too early.</summary>
    private static async Task<string> ReadAsync(int port)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, patience.Token);
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
                if (await reader.ReadToEndAsync(patience.Token) is { Length: > 0 } text)
                {
                    return text;
                }
            }
            catch (IOException)
            {
                patience.Token.ThrowIfCancellationRequested();
            }
        }
    }
}
