using System.Collections.Immutable;
using System.Globalization;

namespace Bacalhau.Cli.Configuration;

/// <summary>Reads the orchestrator's part of the configuration.</summary>
internal static class OrchestratorConfigReader
{
    private const string Path = "Orchestrator.";
    private static readonly string[] _quotaNames = ["Jobs", "Executions", "CPU", "Memory", "GPU", "MaxPriority", "Share"];

    /// <summary>The orchestrator's part.</summary>
    public static OrchestratorConfig Read(ConfigReader reader)
    {
        foreach (var key in new[] { "Scheduler.QueueBackoff", "Scheduler.HousekeepingInterval", "Scheduler.HousekeepingTimeout", "EvaluationBroker.VisibilityTimeout" })
            reader.Duration(Path + key);
        return new(
            reader.Flag(Path + "Enabled"),
            reader.Text(Path + "Host"),
            reader.Port(Path + "Port"),
            reader.Text(Path + "Advertise"),
            reader.Text(Path + "Auth.Token"),
            Tls(reader),
            reader.Flag(Path + "SupportReverseProxy"),
            Cluster(reader),
            NodeManager(reader),
            new(reader.OneOf(Path + "State.Type", "sqlite"), reader.Text(Path + "State.ConnectionString")),
            new(reader.Duration(Path + "Retention.JobAge"), reader.Number(Path + "Retention.JobCount"), reader.Bytes(Path + "Retention.LogBytes")),
            new(reader.Duration(Path + "Locality.Deadline"), reader.Duration(Path + "Locality.FactAge")),
            new(reader.Text(Path + "Nats.ServerPath"), reader.List(Path + "Nats.Urls"), reader.OneOf(Path + "Nats.Isolation", "nkeys", "none")),
            Quotas(reader));
    }

    private static OrchestratorTlsConfig Tls(ConfigReader reader)
    {
        var seconds = reader.Number(Path + "TLS.ServerTimeout", 0, 3600);
        var tls = new OrchestratorTlsConfig(
            reader.Text(Path + "TLS.ServerCert"),
            reader.Text(Path + "TLS.ServerKey"),
            TimeSpan.FromSeconds(seconds == 0 ? 10 : seconds),
            reader.Text(Path + "TLS.CACert"));
        if (tls.ServerCert.Length > 0 != tls.ServerKey.Length > 0)
            reader.Report(Path + "TLS", "has a certificate without a key, or a key without a certificate", "set both ServerCert and ServerKey, or none");
        return tls;
    }

    private static NatsClusterConfig Cluster(ConfigReader reader)
    {
        var cluster = new NatsClusterConfig(
            reader.Text(Path + "Cluster.Name"), reader.Port(Path + "Cluster.Port"), reader.Text(Path + "Cluster.Advertise"), reader.List(Path + "Cluster.Peers"));
        if (cluster.Port == 0 && (cluster.Name.Length > 0 || cluster.Advertise.Length > 0 || !cluster.Peers.IsEmpty))
            reader.Report(Path + "Cluster.Port", "is 0 although other cluster keys are set", "give a port, or leave the cluster keys out");
        return cluster;
    }

    private static NodeManagerConfig NodeManager(ConfigReader reader)
    {
        var timeout = reader.Duration(Path + "NodeManager.DisconnectTimeout");
        var heartbeat = reader.Duration("Compute.Heartbeat.Interval");
        if (timeout < 2 * heartbeat)
            reader.Report(
                Path + "NodeManager.DisconnectTimeout", $"is {GoDuration.Format(timeout)}, less than two heartbeats of {GoDuration.Format(heartbeat)}", "raise it");
        return new(timeout, reader.Duration(Path + "NodeManager.ForgetAfter"), reader.Flag(Path + "NodeManager.ManualApproval"));
    }

    private static ImmutableSortedDictionary<string, QuotaConfig> Quotas(ConfigReader reader)
    {
        var quotas = ImmutableSortedDictionary.Create<string, QuotaConfig>(StringComparer.Ordinal);
        if (reader.Structure(Path + "Quotas") is not MapValue map)
        {
            reader.Report(Path + "Quotas", "expects a map of namespaces");
            return quotas;
        }
        foreach (var (name, value) in map.Entries)
        {
            if (value is MapValue limits)
                quotas = quotas.SetItem(name, Quota(reader, $"{Path}Quotas.{name}", limits));
            else
                reader.Report($"{Path}Quotas.{name}", "expects limits", string.Join(", ", _quotaNames));
        }
        return quotas;
    }

    private static QuotaConfig Quota(ConfigReader reader, string path, MapValue limits)
    {
        foreach (var name in limits.Entries.Keys.Where(name => !_quotaNames.Contains(name, StringComparer.OrdinalIgnoreCase)))
            reader.Report($"{path}.{name}", "is no limit", string.Join(", ", _quotaNames));
        return new(
            Whole(reader, path, limits, "Jobs"),
            Whole(reader, path, limits, "Executions"),
            Cpu(reader, path, limits),
            Memory(reader, path, limits),
            Whole(reader, path, limits, "GPU"),
            (int?)Whole(reader, path, limits, "MaxPriority"),
            Share(reader, path, limits));
    }

    private static long? Whole(ConfigReader reader, string path, MapValue limits, string name)
    {
        if (limits.Find(name) is not { } value)
            return null;
        if (int.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= 0)
            return number;
        reader.Report($"{path}.{name}", $"cannot read '{value}' as a whole number from 0");
        return null;
    }

    private static double Share(ConfigReader reader, string path, MapValue limits)
    {
        if (limits.Find("Share")?.ToString() is not { } text)
            return 1;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share > 0 && double.IsFinite(share))
            return share;
        reader.Report($"{path}.Share", $"cannot read '{text}' as a weight above 0", "as 2 or 0.5");
        return 1;
    }

    private static long? Cpu(ConfigReader reader, string path, MapValue limits)
    {
        if (limits.Find("CPU")?.ToString() is not { } text)
            return null;
        var isMillis = text.EndsWith('m');
        if (decimal.TryParse(isMillis ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cores))
            return (long)(isMillis ? cores : cores * 1000);
        reader.Report($"{path}.CPU", $"cannot read '{text}' as a number of CPUs", "as 4 or 500m");
        return null;
    }

    private static long? Memory(ConfigReader reader, string path, MapValue limits)
    {
        if (limits.Find("Memory")?.ToString() is not { } text)
            return null;
        if (ByteSize.TryParse(text, out var bytes))
            return bytes;
        reader.Report($"{path}.Memory", $"cannot read '{text}' as an amount of bytes", "as 16GB");
        return null;
    }
}
