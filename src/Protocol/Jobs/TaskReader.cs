using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>Reads one task of a job document.</summary>
internal static class TaskReader
{
    public static TaskSpec Read(ObjectReader task) => new()
    {
        Name = task.Text("Name"),
        Engine = task.Object("Engine", ReadConfig),
        Publisher = task.Object("Publisher", ReadConfig),
        Env = task.TextMap("Env"),
        Meta = task.TextMap("Meta"),
        InputSources = task.Elements("InputSources", ReadInput),
        ResultPaths = task.Elements("ResultPaths", ReadResultPath),
        Resources = task.Object("Resources", ReadResources),
        Network = task.Object("Network", ReadNetwork),
        Timeouts = task.Object("Timeouts", ReadTimeouts),
        StopGrace = task.WholeOrNull("StopGrace", long.MinValue, long.MaxValue),
        FailOnNonZeroExit = task.Boolean("FailOnNonZeroExit"),
        PublishOn = task.TextOrNull("PublishOn"),
        HealthCheck = task.Object("HealthCheck", PolicyReader.ReadHealthCheck),
    };

    private static SpecConfig ReadConfig(ObjectReader config) => new() { Type = config.Text("Type"), Params = config.FreeMap("Params") };

    private static InputSource ReadInput(ObjectReader input) => new()
    {
        Source = input.Object("Source", ReadConfig),
        Alias = input.Text("Alias"),
        Target = input.Text("Target"),
    };

    private static ResultPath ReadResultPath(ObjectReader result) => new() { Name = result.Text("Name"), Path = result.Text("Path") };

    private static ResourcesConfig ReadResources(ObjectReader resources) => new()
    {
        CPU = resources.Text("CPU"),
        Memory = resources.Text("Memory"),
        Disk = resources.Text("Disk"),
        GPU = resources.Text("GPU"),
    };

    private static NetworkConfig ReadNetwork(ObjectReader network) => new()
    {
        Type = ReadNetworkType(network),
        Domains = network.Texts("Domains"),
        Ports = network.Elements("Ports", ReadPort),
    };

    private static NetworkType ReadNetworkType(ObjectReader network)
    {
        var name = network.TextOrNull("Type")?.Trim();
        foreach (var type in Enum.GetValues<NetworkType>())
        {
            if (name is null || string.Equals(type.ToString(), name, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        network.Report("Type", $"network type '{name}' is unknown", $"it is one of {string.Join(", ", Enum.GetNames<NetworkType>())}");
        return NetworkType.Default;
    }

    private static PortMapping ReadPort(ObjectReader port) => new()
    {
        Name = port.Text("Name"),
        Static = (int)port.Whole("Static", int.MinValue, int.MaxValue),
        Target = (int)port.Whole("Target", int.MinValue, int.MaxValue),
        HostNetwork = port.Text("HostNetwork"),
    };

    private static TimeoutConfig ReadTimeouts(ObjectReader timeouts) => new()
    {
        ExecutionTimeout = timeouts.Whole("ExecutionTimeout", long.MinValue, long.MaxValue),
        QueueTimeout = timeouts.Whole("QueueTimeout", long.MinValue, long.MaxValue),
        TotalTimeout = timeouts.Whole("TotalTimeout", long.MinValue, long.MaxValue),
        PrepareTimeout = timeouts.Whole("PrepareTimeout", long.MinValue, long.MaxValue),
        PublishTimeout = timeouts.Whole("PublishTimeout", long.MinValue, long.MaxValue),
    };
}
