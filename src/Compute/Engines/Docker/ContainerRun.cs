using System.Net;
using Bacalhau.Core.Executions;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>One run of one container: made or found again, started, waited for, stopped when asked.</summary>
internal sealed class ContainerRun(IDockerClient docker, EngineRun run, DockerTask task, DockerOptions options, TimeProvider clock)
{
    private const int Killed = 137;
    private const int Terminated = 143;

    /// <summary>A container that a signal ended this soon after the daemon broke off was ended by the daemon's own stop.</summary>
    private static readonly TimeSpan DaemonStopWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly EngineExit StoppedBeforeStart = new(EngineOutcome.Stopped, -1);
    private readonly string name = ContainerPlan.NameOf(options.StoreId, run.Execution);
    private readonly ContainerOutput output = new(docker, ContainerPlan.NameOf(options.StoreId, run.Execution), run.Output, clock);
    private long brokeOffAt;

    /// <summary>Runs to the end, or until the node goes away.</summary>
    /// <exception cref="DockerImageNotFoundException">The image is not here.</exception>
    public async Task<EngineExit> RunAsync(CancellationToken stop, CancellationToken detach)
    {
        var state = run.MayBeRunning ? await FindStateAsync() : null;
        if (state is null or "created" && stop.IsCancellationRequested)
        {
            return StoppedBeforeStart;
        }

        if (state is null)
        {
            await CreateAsync();
        }

        if (state is not (null or "created"))
        {
            return await FollowAsync(null, stop, detach);
        }

        using var live = await output.AttachAsync();
        await docker.Containers.StartContainerAsync(name, null, CancellationToken.None);
        return await FollowAsync(live, stop, detach);
    }

    private async Task<string?> FindStateAsync()
    {
        try
        {
            var found = await docker.Containers.InspectContainerAsync(name, CancellationToken.None);
            if (found.State?.Status is not ("dead" or "removing"))
            {
                return found.State?.Status;
            }

            await docker.Containers.RemoveContainerAsync(name, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
            return null;
        }
        catch (DockerContainerNotFoundException)
        {
            return null;
        }
    }

    private async Task CreateAsync()
    {
        var parameters = ContainerPlan.Of(run, task, options);
        try
        {
            await docker.Containers.CreateContainerAsync(parameters, CancellationToken.None);
        }
        catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.Conflict)
        {
            // Left by an attempt that was cut between making and starting it, and not known to have run.
            await docker.Containers.RemoveContainerAsync(name, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
            await docker.Containers.CreateContainerAsync(parameters, CancellationToken.None);
        }
    }

    private async Task<EngineExit> FollowAsync(MultiplexedStream? live, CancellationToken stop, CancellationToken detach)
    {
        using var leave = new CancellationTokenSource();
        using var away = CancellationTokenSource.CreateLinkedTokenSource(detach, leave.Token);
        var ended = WaitAsync(leave.Token);
        var copied = output.CopyAsync(live, ended, leave.Token);
        var stopped = StopWhenAskedAsync(ended, stop, leave.Token);
        try
        {
            var gone = Task.Delay(Timeout.InfiniteTimeSpan, clock, away.Token);
            var described = DescribeAsync(ended, copied, stop, leave.Token);
            return await Task.WhenAny(described, gone) == gone ? new EngineExit(EngineOutcome.Detached, -1) : await described;
        }
        finally
        {
            await leave.CancelAsync();
            await Task.WhenAll(ended, copied, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<EngineExit> DescribeAsync(Task<long> ended, Task copied, CancellationToken stop, CancellationToken leave)
    {
        var code = (int)await ended;
        await copied.WaitAsync(options.DaemonPatience, clock, leave);
        if (stop.IsCancellationRequested)
        {
            return new EngineExit(EngineOutcome.Stopped, code);
        }

        var state = (await PatientlyAsync(() => docker.Containers.InspectContainerAsync(name, leave), leave)).State;
        return state switch
        {
            { OOMKilled: true } when code == Killed => new EngineExit(EngineOutcome.Failed, code, OutOfMemory()),
            _ when code is Killed or Terminated && WasBrokenOff => new EngineExit(EngineOutcome.Failed, code, DockerProblems.DaemonStopped),
            { Status: "removing" or "dead" } => new EngineExit(EngineOutcome.Failed, code, DockerProblems.ContainerGone),
            _ => new EngineExit(EngineOutcome.Exited, code),
        };
    }

    private bool WasBrokenOff => brokeOffAt != 0 && clock.GetElapsedTime(brokeOffAt) < DaemonStopWindow;

    private ExecutionProblem OutOfMemory() => new(
        "Docker:OutOfMemory",
        $"Memory limit exceeded: the program was ended because it needed more than its {run.Resources.MemoryBytes} bytes of memory",
        "Ask for more memory in Resources.Memory.");

    private Task<long> WaitAsync(CancellationToken leave) =>
        PatientlyAsync(async () => (await docker.Containers.WaitContainerAsync(name, leave)).StatusCode, leave);

    /// <summary>Asks again while the daemon does not answer: it may be restarted under its containers.</summary>
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> ask, CancellationToken leave)
    {
        var lostSince = 0L;
        for (var pause = TimeSpan.FromMilliseconds(100); ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            var asked = clock.GetTimestamp();
            try
            {
                return await ask();
            }
            catch (Exception e) when (DockerProblems.IsConnectionLoss(e) && !leave.IsCancellationRequested)
            {
                brokeOffAt = clock.GetTimestamp();

                // A question that was open for a while had reached the daemon.
                lostSince = lostSince == 0 || clock.GetElapsedTime(asked) > LongestPause ? clock.GetTimestamp() : lostSince;
                if (clock.GetElapsedTime(lostSince) > options.DaemonPatience)
                {
                    throw;
                }
            }

            await Task.Delay(pause, clock, leave);
        }
    }

    private async Task StopWhenAskedAsync(Task ended, CancellationToken stop, CancellationToken leave)
    {
        using var asked = CancellationTokenSource.CreateLinkedTokenSource(stop, leave);
        using var patient = CancellationTokenSource.CreateLinkedTokenSource(run.NoGrace, leave);
        await Task.WhenAny(ended, Task.Delay(Timeout.InfiniteTimeSpan, clock, asked.Token));
        while (stop.IsCancellationRequested && !ended.IsCompleted && !leave.IsCancellationRequested)
        {
            try
            {
                await StopAsync(patient.Token, leave);
                return;
            }
            catch (OperationCanceledException) when (run.NoGrace.IsCancellationRequested && !leave.IsCancellationRequested)
            {
                // It has passed a limit in its grace, which is over with that.
            }
            catch (DockerApiException e) when (!DockerProblems.IsConnectionLoss(e))
            {
                // It has ended or is gone meanwhile: whoever waits for it sees how.
                return;
            }
            catch (Exception e) when (DockerProblems.IsConnectionLoss(e))
            {
                await Task.WhenAny(ended, Task.Delay(LongestPause, clock, leave));
            }
        }
    }

    /// <summary>A stop without grace is a kill: the client does not send a wait of 0, and the daemon would then wait as long as it does by itself.</summary>
    private Task StopAsync(CancellationToken patient, CancellationToken leave)
    {
        var grace = (uint)Math.Ceiling(run.GraceNow.TotalSeconds);
        return grace == 0
            ? docker.Containers.KillContainerAsync(name, new ContainerKillParameters { Signal = "SIGKILL" }, leave)
            : docker.Containers.StopContainerAsync(name, new ContainerStopParameters { WaitBeforeKillSeconds = grace }, patient);
    }
}
