using System.Collections.Immutable;
using System.Formats.Tar;
using System.Text.Json.Nodes;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Engines.Docker;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Resources;
using Bacalhau.TestKit.Engines;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Spec = Bacalhau.TestKit.Inputs.Spec;
using TaskSpec = Bacalhau.Core.Jobs.TaskSpec;
using TextMap = Bacalhau.Core.Jobs.TextMap;

namespace Bacalhau.Compute.Tests.Engines.Docker;

/// <summary>Engines, images and runs for tests against a real daemon; all of it is removed after the test.</summary>
public sealed class DockerWorkshop : IAsyncDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-docker-");
    private readonly List<string> images = [];

    public DockerOptions Options { get; init; } = TestDocker.NewOptions();

    public DockerClient Client { get; } = TestDocker.NewClient();

    public RecordingSink Sink { get; } = new();

    public List<ExecutionProgress> Progress { get; } = [];

    public string Root => root.FullName;

    public DockerEngine NewEngine() => new(Options, TimeProvider.System, NullLogger<DockerEngine>.Instance);

    /// <summary>A task of the test image, or of another one.</summary>
    public static TaskSpec Task(params (string Name, JsonNode? Value)[] parameters) => new()
    {
        Name = "main",
        Engine = Spec.Of("docker", parameters.Any(parameter => parameter.Name == "Image") ? parameters : [("Image", TestDocker.Image), .. parameters]),
    };

    /// <summary>A task that runs a script.</summary>
    public static TaskSpec Script(string script) => Task(("Parameters", new JsonArray("sh", "-c", script)));

    public EngineRun NewRun(TaskSpec task) => new()
    {
        Execution = new ExecutionId($"e-{Guid.NewGuid()}"),
        Job = new JobId("j-1"),
        Namespace = "default",
        Task = task,
        Resources = new ResourceAmount(500, 64 << 20, 0, 0),
        Environment = TextMap.Empty,
        Inputs = [],
        Results = [],
        ScratchFolder = Root,
        Output = Sink,
        StopGrace = TimeSpan.FromSeconds(20),
    };

    public Task<EngineExit> RunAsync(TaskSpec task, CancellationToken stop = default) => RunAsync(NewRun(task), stop);

    /// <summary>Runs from preparing to removal.</summary>
    public async Task<EngineExit> RunAsync(EngineRun run, CancellationToken stop = default)
    {
        using var engine = NewEngine();
        await engine.PrepareAsync(run, new Listener(Progress), default);
        var exit = await engine.RunAsync(run, stop, default).WaitAsync(TimeSpan.FromSeconds(60), CancellationToken.None);
        await engine.RemoveAsync(run.Execution, default);
        return exit;
    }

    /// <summary>The container of a run, which must not have been removed.</summary>
    public async Task<ContainerInspectResponse> InspectAsync(EngineRun run) =>
        await Client.Containers.InspectContainerAsync($"bacalhau-{Options.StoreId}-{run.Execution}");

    /// <summary>The test image with Dockerfile lines changed; its name.</summary>
    public Task<string> NewImageAsync(params string[] changes) => NewImageAsync(new CreateContainerParameters(), null, changes);

    /// <summary>The test image with settings of a container, files of a tar and Dockerfile lines changed; its name.</summary>
    public async Task<string> NewImageAsync(CreateContainerParameters settings, Stream? files, params string[] changes)
    {
        var name = $"bacalhau-test-{Guid.NewGuid():N}:1";
        settings.Image = TestDocker.Image;
        settings.Cmd = ["true"];
        var container = await Client.Containers.CreateContainerAsync(settings);
        if (files is not null)
        {
            await Client.Containers.ExtractArchiveToContainerAsync(container.ID, new CopyToContainerParameters { Path = "/" }, files);
        }

        await Client.Images.CommitContainerChangesAsync(new CommitContainerChangesParameters
        {
            ContainerID = container.ID,
            RepositoryName = name.Split(':')[0],
            Tag = "1",
            Changes = changes,
        });
        await Client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true });
        images.Add(name);
        return name;
    }

    /// <summary>An image made of nothing but one file, with no command.</summary>
    public async Task<string> NewBareImageAsync()
    {
        var name = $"bacalhau-test-{Guid.NewGuid():N}:1";
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "file") { DataStream = new MemoryStream([1]) });
        }

        archive.Position = 0;
        await Client.Images.CreateImageAsync(
            new ImagesCreateParameters { FromSrc = "-", Repo = name }, archive, new AuthConfig(), new Progress<JSONMessage>());
        images.Add(name);
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        using (var engine = NewEngine())
        {
            await engine.SweepAsync(ImmutableHashSet<ExecutionId>.Empty, default);
        }

        foreach (var image in images)
        {
            await Client.Images.DeleteImageAsync(image, new ImageDeleteParameters { Force = true });
        }

        Client.Dispose();
        root.Delete(recursive: true);
    }

    private sealed class Listener(List<ExecutionProgress> heard) : IProgress<ExecutionProgress>
    {
        public void Report(ExecutionProgress value) => heard.Add(value);
    }
}
