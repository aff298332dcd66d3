using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Engines.Docker;
using Bacalhau.Core;
using Bacalhau.TestKit.Engines;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Spec = Bacalhau.TestKit.Inputs.Spec;
using TaskSpec = Bacalhau.Core.Jobs.TaskSpec;

namespace Bacalhau.Compute.Tests.Engines.Docker;

/// <summary>The Docker engine against a real daemon.</summary>
public sealed class DockerEngineConformance : EngineConformance
{
    private readonly DockerOptions options = TestDocker.NewOptions();
    private readonly DockerClient docker = TestDocker.NewClient();
    private readonly List<DockerEngine> engines = [];

    protected override TaskSpec RefusedTask => new() { Name = "main", Engine = Spec.Of("docker", ("Image", "UPPER CASE!!")) };

    public override ValueTask InitializeAsync()
    {
        _ = TestDocker.Image;
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await CreateEngine().SweepAsync(ImmutableHashSet<ExecutionId>.Empty, default);
        engines.ForEach(engine => engine.Dispose());
        docker.Dispose();
        await base.DisposeAsync();
    }

    protected override IEngine CreateEngine()
    {
        engines.Add(new DockerEngine(options, TimeProvider.System, NullLogger<DockerEngine>.Instance));
        return engines[^1];
    }

    protected override EngineRun Fill(EngineRun run, EngineProgram program) =>
        run with { Task = Task(("Parameters", new JsonArray(["sh", "-c", ShellScript.Of(program), "sh", .. program.Arguments]))) };

    protected override EngineRun FillWithUnstartable(EngineRun run) => run with { Task = Task(("Entrypoint", new JsonArray("/no/such"))) };

    protected override async Task AssertNothingLeftAsync() => Assert.Empty(await docker.Containers.ListContainersAsync(new ContainersListParameters
    {
        All = true,
        Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { [$"bacalhau-executor={options.StoreId}"] = true } },
    }));

    private static TaskSpec Task(params (string Name, JsonNode? Value)[] parameters) =>
        new() { Name = "main", Engine = Spec.Of("docker", [("Image", TestDocker.Image), .. parameters]) };
}
