using System.Globalization;
using Bacalhau.Compute.Gpus;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Docker.DotNet.Models;
using TaskSpec = Bacalhau.Core.Jobs.TaskSpec;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>Decides what container a run becomes.</summary>
internal static class ContainerPlan
{
    /// <summary>Label with the node store's random id.</summary>
    public const string StoreLabel = "bacalhau-executor";

    /// <summary>Label with the execution's id.</summary>
    public const string ExecutionLabel = "bacalhau-executionID";

    /// <summary>Label with the job's id.</summary>
    public const string JobLabel = "bacalhau-jobID";

    /// <summary>The daemon takes the image's own only where nothing is said; an empty list says something.</summary>
    private static readonly IList<string> NotGiven = null!;

    private const long NanosPerMilli = 1_000_000;

    /// <summary>
    /// What programs need that start as root and become another user, or change owners of files; everything else is dropped.
    /// </summary>
    private static readonly string[] Capabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"];

    /// <summary>Name of the container of an execution, the same in every life of the node.</summary>
    public static string NameOf(string storeId, ExecutionId execution) => $"bacalhau-{storeId}-{execution}";

    /// <summary>The container of a run.</summary>
    public static CreateContainerParameters Of(EngineRun run, DockerTask task, DockerOptions options)
    {
        var network = NetworkOf(run.Task, options);
        return new CreateContainerParameters
        {
            Name = NameOf(options.StoreId, run.Execution),
            Image = task.Image.Text,
            Entrypoint = task.Entrypoint.IsEmpty ? NotGiven : [.. task.Entrypoint],
            Cmd = task.Parameters.IsEmpty ? NotGiven : [.. task.Parameters],
            WorkingDir = task.WorkingDirectory,
            Env = [.. run.Environment.SetItems(task.Variables).Select(variable => $"{variable.Key}={variable.Value}")],
            NetworkDisabled = network == NetworkType.None ? true : null,
            ExposedPorts = network == NetworkType.Bridge ? Ports(run.Task).ToDictionary(port => port.Key, _ => default(EmptyStruct)) : [],
            Labels = new Dictionary<string, string>
            {
                [StoreLabel] = options.StoreId,
                [ExecutionLabel] = run.Execution.Value,
                [JobLabel] = run.Job.Value,
            },
            HostConfig = HostConfigOf(run, options, network),
        };
    }

    /// <summary>The network that a task gets.</summary>
    public static NetworkType NetworkOf(TaskSpec task, DockerOptions options) => (task.Network?.Type ?? NetworkType.Default) switch
    {
        NetworkType.Default => options.DefaultNetwork,
        NetworkType.Full => NetworkType.Host,
        var type => type,
    };

    private static HostConfig HostConfigOf(EngineRun run, DockerOptions options, NetworkType network) => new()
    {
        NetworkMode = network switch
        {
            NetworkType.None => "none",
            NetworkType.Host => "host",
            _ => "bridge",
        },
        ExtraHosts = network == NetworkType.None ? [] : ["host.docker.internal:host-gateway"],
        PortBindings = network == NetworkType.Bridge ? Ports(run.Task) : [],
        NanoCPUs = run.Resources.CpuMillis * NanosPerMilli,
        Memory = run.Resources.MemoryBytes,
        MemorySwap = run.Resources.MemoryBytes,
        PidsLimit = options.MostProcesses,
        DeviceRequests = DeviceRequestsOf(run),
        Devices = [.. run.Gpus.SelectMany(gpu => gpu.Paths).Distinct().Select(path => new DeviceMapping { PathOnHost = path, PathInContainer = path, CgroupPermissions = "rwm" })],
        SecurityOpt = ["no-new-privileges"],
        CapDrop = ["ALL"],
        CapAdd = [.. Capabilities],
        Mounts = [.. run.Inputs.Concat(run.Results).Select(MountOf)],
        LogConfig = LogOf(options),
    };

    /// <summary>NVIDIA's runtime finds the files of its devices by their UUIDs; those of others are device files like any.</summary>
    private static IList<DeviceRequest> DeviceRequestsOf(EngineRun run)
    {
        var ids = run.Gpus.Where(gpu => gpu.Vendor == GpuVendor.Nvidia).Select(gpu => gpu.Id).ToList();
        return ids.Count == 0 ? [] : [new DeviceRequest { Driver = "nvidia", DeviceIDs = ids, Capabilities = [["gpu"]] }];
    }

    private static global::Docker.DotNet.Models.Mount MountOf(Mount mount) =>
        new() { Type = "bind", Source = mount.Source, Target = mount.Target, ReadOnly = !mount.Writable };

    /// <summary>The daemon's "local" form keeps all bytes; its default form replaces what is not UTF-8.</summary>
    private static LogConfig LogOf(DockerOptions options) => new()
    {
        Type = "local",
        Config = new Dictionary<string, string>
        {
            ["max-size"] = options.LogBytes.ToString(CultureInfo.InvariantCulture),
            ["max-file"] = "1",
            ["compress"] = "false",
        },
    };

    private static Dictionary<string, IList<PortBinding>> Ports(TaskSpec task) => (task.Network?.Ports ?? []).ToDictionary(
        port => string.Create(CultureInfo.InvariantCulture, $"{(port.Target > 0 ? port.Target : port.Static)}/tcp"),
        IList<PortBinding> (port) =>
        [
            new PortBinding
            {
                HostIP = port.HostNetwork.Length > 0 ? port.HostNetwork : "0.0.0.0",
                HostPort = port.Static > 0 ? port.Static.ToString(CultureInfo.InvariantCulture) : "",
            },
        ]);
}
