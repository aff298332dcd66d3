namespace Bacalhau.Cli.Configuration;

/// <summary>Reads the compute node's part of the configuration.</summary>
internal static class ComputeConfigReader
{
    private const string Path = "Compute.";

    /// <summary>The compute node's part.</summary>
    public static ComputeConfig Read(ConfigReader reader)
    {
        var heartbeat = reader.Duration(Path + "Heartbeat.Interval");
        if (heartbeat <= TimeSpan.Zero)
            reader.Report(Path + "Heartbeat.Interval", "must be longer than nothing", "as 5s");
        return new(
            reader.Flag(Path + "Enabled"),
            reader.Addresses(Path + "Orchestrators"),
            reader.Text(Path + "Auth.Token"),
            reader.Text(Path + "TLS.CACert"),
            reader.Flag(Path + "TLS.RequireTLS"),
            Network(reader),
            heartbeat,
            reader.Duration(Path + "Heartbeat.InfoUpdateInterval"),
            Capacity(reader),
            new(
                reader.List(Path + "AllowListedLocalPaths"),
                reader.List(Path + "Env.AllowList"),
                reader.List(Path + "AllowedHosts"),
                reader.List(Path + "S3.Buckets"),
                reader.Flag(Path + "S3.AllowJobEndpoints")),
            new(reader.Bytes(Path + "Cache.Size"), reader.Text(Path + "Cache.Path")),
            reader.List(Path + "Near"),
            new(reader.Bytes(Path + "Logs.MaxSize"), reader.Duration(Path + "Logs.KeepFor")),
            reader.Bytes(Path + "Results.MaxSize"),
            reader.OneOf(Path + "OnStop", "keep", "stop") == "keep");
    }

    private static ComputeNetworkConfig Network(ConfigReader reader)
    {
        var network = new ComputeNetworkConfig(
            reader.Text(Path + "Network.AdvertisedAddress"), reader.Port(Path + "Network.PortRangeStart"), reader.Port(Path + "Network.PortRangeEnd"));
        if (network.PortRangeStart > network.PortRangeEnd)
            reader.Report(Path + "Network.PortRangeStart", $"is {network.PortRangeStart}, above PortRangeEnd {network.PortRangeEnd}");
        return network;
    }

    private static CapacityConfig Capacity(ConfigReader reader)
    {
        const string Allocated = Path + "AllocatedCapacity.";
        var capacity = new CapacityConfig(
            reader.Text(Allocated + "CPU"), reader.Text(Allocated + "Memory"), reader.Text(Allocated + "Disk"), reader.Text(Allocated + "GPU"));
        foreach (var (name, text) in new[] { ("Memory", capacity.Memory), ("Disk", capacity.Disk) })
        {
            if (text.Length > 0 && !text.EndsWith('%') && !ByteSize.TryParse(text, out _))
                reader.Report(Allocated + name, $"cannot read '{text}'", "an amount as 8GB, or a share as 80%");
        }
        foreach (var (name, text) in new[] { ("CPU", capacity.CPU), ("Memory", capacity.Memory), ("Disk", capacity.Disk), ("GPU", capacity.GPU) })
        {
            if (text.EndsWith('%') && !(int.TryParse(text[..^1], out var share) && share is >= 0 and <= 100))
                reader.Report(Allocated + name, $"is '{text}'", "a share from 0% to 100%");
        }
        return capacity;
    }
}
