using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Docker.DotNet;
using Docker.DotNet.Models;
using TaskSpec = Bacalhau.Core.Jobs.TaskSpec;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>Looks whether the programs of containers work: over the container's own address, or by a command run in it.</summary>
internal sealed class ContainerCheck(IDockerClient docker, DockerOptions options) : IDisposable
{
    private const int MostErrorBytes = 300;
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });
    private readonly ConcurrentDictionary<ExecutionId, string> commands = new();

    /// <summary>What speaks against ever doing a task's check; null is nothing.</summary>
    public static ExecutionProblem? FindRefusal(TaskSpec task, NetworkType network) => task.HealthCheck switch
    {
        null => null,
        { Type: "exec", Command.IsEmpty: false } => null,
        { Type: "exec" } => new ExecutionProblem("Docker:HealthCheckInvalid", "the health check has no command to run", "Name it in HealthCheck.Command."),
        { Type: "http" or "tcp" } when network == NetworkType.None => new ExecutionProblem(
            "Docker:HealthCheckInvalid", "the health check needs a network, and the task has none", "Use the Bridge network, or a check of type exec."),
        { Type: "http" or "tcp", Port: > 0 and < 65536 } => null,
        { Type: "http" or "tcp" } => new ExecutionProblem("Docker:HealthCheckInvalid", "the health check has no port", "Name it in HealthCheck.Port."),
        var check => new ExecutionProblem("Docker:HealthCheckInvalid", $"'{check.Type}' is no type of health check", "Use http, tcp or exec."),
    };

    /// <summary>Null when the program works, else what is wrong.</summary>
    public async Task<string?> CheckAsync(EngineRun run, HealthCheckSpec check, CancellationToken cancellation)
    {
        var container = ContainerPlan.NameOf(options.StoreId, run.Execution);
        try
        {
            return check.Type switch
            {
                "exec" => await ExecAsync(run.Execution, container, check, cancellation),
                "http" => await HttpAsync(await AddressAsync(run, container, cancellation), check, cancellation),
                _ => await TcpAsync(await AddressAsync(run, container, cancellation), check, cancellation),
            };
        }
        catch (SocketException e)
        {
            return e.Message;
        }
        catch (HttpRequestException e)
        {
            return e.InnerException is SocketException inner ? inner.Message : e.Message;
        }
        catch (DockerApiException e)
        {
            return DockerProblems.Of(e).Message;
        }
    }

    /// <summary>Nothing is to be remembered of an execution any more.</summary>
    public void Forget(ExecutionId execution) => commands.TryRemove(execution, out _);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<string?> HttpAsync(string address, HealthCheckSpec check, CancellationToken cancellation)
    {
        var path = check.Path.StartsWith('/') ? check.Path : "/" + check.Path;
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{address}:{check.Port}{path}"));
        using var answer = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return (int)answer.StatusCode is >= 200 and < 400 ? null : string.Create(CultureInfo.InvariantCulture, $"it answered with status {(int)answer.StatusCode}");
    }

    private static async Task<string?> TcpAsync(string address, HealthCheckSpec check, CancellationToken cancellation)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(address, check.Port, cancellation);
        return null;
    }

    /// <summary>The address at which the container's ports are, seen from the node.</summary>
    private async Task<string> AddressAsync(EngineRun run, string container, CancellationToken cancellation)
    {
        if (ContainerPlan.NetworkOf(run.Task, options) == NetworkType.Host)
        {
            return "127.0.0.1";
        }

        var found = await docker.Containers.InspectContainerAsync(container, cancellation);
        return found.NetworkSettings?.Networks?.Values.Select(network => network.IPAddress).FirstOrDefault(address => !string.IsNullOrEmpty(address))
            ?? throw new HttpRequestException("the container has no address");
    }

    /// <summary>A command that did not end in time cannot be ended from here: no other one is started beside it.</summary>
    private async Task<string?> ExecAsync(ExecutionId execution, string container, HealthCheckSpec check, CancellationToken cancellation)
    {
        if (commands.TryGetValue(execution, out var earlier) && (await docker.Exec.InspectContainerExecAsync(earlier, cancellation)).Running)
        {
            return "the command of an earlier check still runs";
        }

        var made = await docker.Exec.CreateContainerExecAsync(
            container, new ContainerExecCreateParameters { AttachStdout = true, AttachStderr = true, Cmd = [.. check.Command] }, cancellation);
        commands[execution] = made.ID;
        using var output = await docker.Exec.StartContainerExecAsync(made.ID, new ContainerExecStartParameters(), cancellation);
        var error = await ReadErrorAsync(output, cancellation);
        var ended = await docker.Exec.InspectContainerExecAsync(made.ID, cancellation);
        return ended.ExitCode == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"the command ended with exit code {ended.ExitCode}{(error.Length > 0 ? ": " + error : "")}");
    }

    /// <summary>The begin of what the command wrote.</summary>
    private static async Task<string> ReadErrorAsync(MultiplexedStream output, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        var text = new MemoryStream();
        while (await output.ReadOutputAsync(buffer, 0, buffer.Length, cancellation) is { EOF: false } read)
        {
            text.Write(buffer, 0, (int)Math.Min(read.Count, MostErrorBytes - text.Length));
        }

        return Encoding.UTF8.GetString(text.ToArray()).Trim();
    }
}
