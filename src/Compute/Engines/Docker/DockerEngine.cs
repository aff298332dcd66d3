using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using TaskSpec = Bacalhau.Core.Jobs.TaskSpec;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>Runs containers through the Docker Engine API, hardened, with limits enforced. They live on when the node goes away.</summary>
public sealed partial class DockerEngine : IEngine, IDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);
    private readonly DockerClient docker;
    private readonly DockerOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<DockerEngine> logger;
    private readonly DockerImages images;
    private readonly ContainerCheck checks;

    /// <summary>Makes the engine; the daemon need not answer yet.</summary>
    public DockerEngine(DockerOptions options, TimeProvider clock, ILogger<DockerEngine> logger)
    {
        (this.options, this.clock, this.logger) = (options, clock, logger);
        docker = new DockerClientBuilder().WithEndpoint(options.Endpoint).WithTimeout(Timeout.InfiniteTimeSpan).Build();
        images = new DockerImages(docker, options, clock);
        checks = new ContainerCheck(docker, options);
    }

    /// <inheritdoc/>
    public string Name => "docker";

    /// <inheritdoc/>
    public bool OutlivesNode => true;

    /// <inheritdoc/>
    public async Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(AnswerPatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await docker.System.PingAsync(either.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"the Docker daemon at {options.Endpoint} has not answered for {AnswerPatience.TotalSeconds} s";
        }
        catch (Exception e) when (DockerProblems.IsDocker(e))
        {
            var problem = DockerProblems.Of(e);
            return $"{problem.Message} ({options.Endpoint}). {problem.Hint}";
        }
    }

    /// <inheritdoc/>
    public async Task<ExecutionProblem?> FindRefusalAsync(TaskSpec task, CancellationToken cancellation)
    {
        var (docker, problem) = DockerTask.Read(task);
        return problem ?? FindRefusalOfNetwork(task) ?? ContainerCheck.FindRefusal(task, ContainerPlan.NetworkOf(task, options)) ?? await images.FindRefusalAsync(docker!.Image, cancellation);
    }

    /// <inheritdoc/>
    public Task PrepareAsync(EngineRun run, IProgress<ExecutionProgress> progress, CancellationToken cancellation) =>
        images.EnsureAsync(TaskOf(run).Image, progress, cancellation);

    /// <inheritdoc/>
    public async Task<EngineExit> RunAsync(EngineRun run, CancellationToken stop, CancellationToken detach)
    {
        var task = TaskOf(run);
        var container = new ContainerRun(docker, run, task, options, clock);
        try
        {
            try
            {
                return await container.RunAsync(stop, detach);
            }
            catch (DockerImageNotFoundException)
            {
                LogImageGone(run.Execution, task.Image.Text);
                images.Forget(task.Image);
                await images.EnsureAsync(task.Image, new Unheard(), stop);
                return await container.RunAsync(stop, detach);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new EngineExit(EngineOutcome.Stopped, -1);
        }
        catch (Exception e) when (DockerProblems.IsDocker(e))
        {
            return new EngineExit(EngineOutcome.Failed, -1, DockerProblems.Of(e));
        }
    }

    /// <inheritdoc/>
    public Task<string?> CheckAsync(EngineRun run, HealthCheckSpec check, CancellationToken cancellation) => checks.CheckAsync(run, check, cancellation);

    /// <inheritdoc/>
    public Task RemoveAsync(ExecutionId execution, CancellationToken cancellation)
    {
        checks.Forget(execution);
        return RemoveAsync(ContainerPlan.NameOf(options.StoreId, execution), cancellation);
    }

    /// <inheritdoc/>
    public async Task SweepAsync(IReadOnlySet<ExecutionId> live, CancellationToken cancellation)
    {
        var mine = new Dictionary<string, IDictionary<string, bool>>
        {
            ["label"] = new Dictionary<string, bool> { [$"{ContainerPlan.StoreLabel}={options.StoreId}"] = true },
        };
        foreach (var container in await docker.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = mine }, cancellation))
        {
            var execution = new ExecutionId(container.Labels.TryGetValue(ContainerPlan.ExecutionLabel, out var id) ? id : "");
            if (!live.Contains(execution))
            {
                LogSwept(execution, container.ID);
                await RemoveAsync(container.ID, cancellation);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        checks.Dispose();
        docker.Dispose();
    }

    private async Task RemoveAsync(string container, CancellationToken cancellation)
    {
        try
        {
            await docker.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellation);
        }
        catch (DockerContainerNotFoundException)
        {
            // Removing twice is no error.
        }
        catch (DockerApiException e) when (e.StatusCode == System.Net.HttpStatusCode.Conflict)
        {
            // Somebody removes it at this moment.
        }
    }

    private ExecutionProblem? FindRefusalOfNetwork(TaskSpec task) => ContainerPlan.NetworkOf(task, options) switch
    {
        NetworkType.Host when !options.AllowsHostNetwork => new ExecutionProblem(
            "Docker:HostNetworkForbidden", "this node does not give its own network to jobs", "Use the Bridge network, or set JobAdmissionControl.AllowHostNetwork on the node."),
        NetworkType.HTTP => new ExecutionProblem(
            "Docker:NetworkUnsupported", "the HTTP network, limited to a list of domains, is not supported for containers", "Use the Bridge network, or None."),
        _ => null,
    };

    private static DockerTask TaskOf(EngineRun run)
    {
        var (task, problem) = DockerTask.Read(run.Task);
        return task ?? throw new EngineException(problem!, isRefusal: true);
    }

    private sealed class Unheard : IProgress<ExecutionProgress>
    {
        public void Report(ExecutionProgress value)
        {
        }
    }
}
