using System.Text.Json.Nodes;
using Bacalhau.Compute.Ipfs;

namespace Bacalhau.Cli.Configuration;

/// <summary>Reads the parts of inputs, publishers, admission and defaults of jobs.</summary>
internal static class ExtensionConfigReader
{
    /// <summary>Input sources.</summary>
    public static InputSourcesConfig Inputs(ConfigReader reader) => new(
        NodeConfigReader.Names(reader, "InputSources.Disabled"),
        reader.Duration("InputSources.ReadTimeout"),
        (int)reader.Number("InputSources.MaxRetryCount", 0, 100),
        Ipfs(reader, "InputSources.Types.IPFS.Endpoint"));

    /// <summary>Publishers.</summary>
    public static PublishersConfig Publishers(ConfigReader reader)
    {
        const string Types = "Publishers.Types.";
        CheckManaged(reader, Types + "S3Managed.");
        return new(
            NodeConfigReader.Names(reader, "Publishers.Disabled"),
            Ipfs(reader, Types + "IPFS.Endpoint"),
            new(reader.Flag(Types + "S3.PreSignedURLDisabled"), reader.Duration(Types + "S3.PreSignedURLExpiration")),
            new(
                reader.Text(Types + "S3Managed.Bucket"),
                reader.Text(Types + "S3Managed.Key"),
                reader.Text(Types + "S3Managed.Region"),
                reader.Text(Types + "S3Managed.Endpoint"),
                reader.Duration(Types + "S3Managed.PreSignedURLExpiration")),
            new(
                reader.Given(Types + "Local.Address"),
                reader.Port(Types + "Local.Port"),
                reader.Duration(Types + "Local.KeepFor"),
                reader.Bytes(Types + "Local.MaxSize")));
    }

    /// <summary>Address of an IPFS node; null if none is given.</summary>
    public static Uri? Ipfs(ConfigReader reader, string path)
    {
        var text = reader.Text(path);
        if (text.Length > 0 && !IpfsEndpoint.TryParse(text, out _))
            reader.Report(path, $"is '{text}', which is no multiaddr of an IPFS node's RPC", IpfsEndpoint.Example);
        return IpfsEndpoint.TryParse(text, out var url) ? url : null;
    }

    /// <summary>Once anything is said of the bucket, what makes it one is needed.</summary>
    private static void CheckManaged(ConfigReader reader, string path)
    {
        string[] all = ["Bucket", "Key", "Region", "Endpoint"];
        var isGiven = all.Any(name => reader.Text(path + name).Length > 0);
        foreach (var name in all.Where(name => isGiven && name is "Bucket" or "Region" && reader.Text(path + name).Length == 0))
            reader.Report(path + name, "is missing, and results of the publisher s3managed need it", name == "Bucket" ? "the name of a bucket" : "the bucket's region, as us-east-1");
        var endpoint = reader.Text(path + "Endpoint");
        if (endpoint.Length > 0 && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            reader.Report(path + "Endpoint", $"is '{endpoint}'", "an address as https://s3.example.org:9000");
    }

    /// <summary>Which jobs are taken.</summary>
    public static JobAdmissionConfig Admission(ConfigReader reader)
    {
        const string Path = "JobAdmissionControl.";
        var probe = reader.Text(Path + "ProbeHTTP");
        if (probe.Length > 0 && !(Uri.TryCreate(probe, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            reader.Report(Path + "ProbeHTTP", $"is '{probe}'", "an address as http://127.0.0.1:8080/probe");
        return new(
            reader.Flag(Path + "RejectStatelessJobs"),
            reader.Flag(Path + "RejectNetworkedJobs"),
            reader.Flag(Path + "AllowHostNetwork"),
            reader.OneOf(Path + "Locality", "anywhere", "local") == "local",
            probe,
            reader.Text(Path + "ProbeExec"));
    }

    /// <summary>Defaults of jobs.</summary>
    public static JobDefaultsConfig JobDefaults(ConfigReader reader) => new(
        DefaultsOf(reader, "Batch", ends: true),
        DefaultsOf(reader, "Ops", ends: true),
        DefaultsOf(reader, "Daemon", ends: false),
        DefaultsOf(reader, "Service", ends: false));

    private static JobTypeDefaults DefaultsOf(ConfigReader reader, string type, bool ends)
    {
        var path = $"JobDefaults.{type}.";
        var resources = new CapacityConfig(
            reader.Text(path + "Task.Resources.CPU"),
            reader.Text(path + "Task.Resources.Memory"),
            reader.Text(path + "Task.Resources.Disk"),
            reader.Text(path + "Task.Resources.GPU"));
        var priority = (int)reader.Number(path + "Priority", 0, int.MaxValue);
        return !ends
            ? new(priority, resources, "", null, TimeSpan.Zero, TimeSpan.Zero)
            : new(
                priority,
                resources,
                reader.Text(path + "Task.Publisher.Type"),
                reader.Structure(path + "Task.Publisher.Params") is MapValue { IsEmpty: false } map ? (JsonObject)JsonOf(map) : null,
                reader.Duration(path + "Task.Timeouts.TotalTimeout"),
                reader.Duration(path + "Task.Timeouts.ExecutionTimeout"));
    }

    private static JsonNode JsonOf(ConfigValue value) => value switch
    {
        MapValue map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonOf(entry.Value)))),
        ListValue list => new JsonArray([.. list.Items.Select(JsonOf)]),
        _ => JsonValue.Create(value.ToString()),
    };
}
