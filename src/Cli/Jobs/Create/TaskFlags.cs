using System.Collections.Immutable;
using Bacalhau.Cli.Parsing;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary>Flags that describe the task of a job (spec: cli-config.md §3.1).</summary>
internal static class TaskFlags
{
    private static readonly Flag<string> _name = Flags.Text("task-name", "Name of the task", value: "main");
    private static readonly Flag<ImmutableSortedDictionary<string, string>> _env = Flags.Pairs("env", "Environment variable, as NAME=value; may be repeated", 'e');
    private static readonly Flag<ImmutableArray<InputSource>> _inputs = Flags.ParsedList(
        "input", "storage", "Input, as URI[:TARGET] or src=URI,dst=TARGET,opt=name=value; may be repeated", 'i', InputText.Parse);
    private static readonly Flag<ImmutableArray<ResultPath>> _outputs = Flags.ParsedList(
        "output", "ResultPath", "Folder whose content is published, as name:path; may be repeated", 'o', ParseOutput);
    private static readonly Flag<SpecConfig?> _publisher = Flags.Parsed<SpecConfig>(
        "publisher", "publisher", "Where results go: local, ipfs, s3://bucket/key or s3managed, with opt=name=value", 'p', PublisherText.Parse);
    private static readonly Flag<string> _cpu = Flags.Text("cpu", "CPUs, as 500m or 2");
    private static readonly Flag<string> _memory = Flags.Text("memory", "Memory, as 512Mb or 1GiB");
    private static readonly Flag<string> _disk = Flags.Text("disk", "Disk, as 500Mb or 2GiB");
    private static readonly Flag<string> _gpu = Flags.Text("gpu", "Number of GPUs");
    private static readonly Flag<NetworkType> _network = new(
        "network", null, "network-type", "Network: None, Host, HTTP or Bridge", NetworkType.Default, (_, _, text) => ParseNetwork(text))
    { ShownDefault = "Default" };
    private static readonly Flag<ImmutableArray<string>> _domains = Flags.Texts("domain", "Domain that the HTTP network reaches; may be repeated");
    private static readonly Flag<long> _timeout = Flags.Number("timeout", "Longest life of the job in seconds");
    private static readonly Flag<long> _queueTimeout = Flags.Number("queue-timeout", "Longest wait for a node in seconds");

    /// <summary>The flags.</summary>
    public static readonly ImmutableArray<Flag> All =
        [_name, _env, _inputs, _outputs, _publisher, _cpu, _memory, _disk, _gpu, _network, _domains, _timeout, _queueTimeout];

    /// <summary>The task that the flags describe.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="engine">What runs the program.</param>
    /// <param name="inputs">Inputs that come before those of the flags.</param>
    public static TaskSpec Task(Invocation invocation, SpecConfig engine, ImmutableArray<InputSource> inputs) => new()
    {
        Name = invocation.Get(_name),
        Engine = engine,
        Publisher = invocation.Get(_publisher),
        Env = invocation.Get(_env),
        InputSources = [.. inputs, .. invocation.Get(_inputs)],
        ResultPaths = invocation.Get(_outputs),
        Resources = new ResourcesConfig
        {
            CPU = Squeeze(invocation.Get(_cpu)),
            Memory = Squeeze(invocation.Get(_memory)),
            Disk = Squeeze(invocation.Get(_disk)),
            GPU = Squeeze(invocation.Get(_gpu)),
        },
        Network = invocation.Get(_network) == NetworkType.Default
            ? null
            : new NetworkConfig { Type = invocation.Get(_network), Domains = invocation.Get(_domains) },
        Timeouts = new TimeoutConfig { TotalTimeout = invocation.Get(_timeout), QueueTimeout = invocation.Get(_queueTimeout) },
    };

    private static string Squeeze(string text) => text.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    private static ResultPath ParseOutput(string text) => text.Split(':') is [{ Length: > 0 } name, { Length: > 0 } path]
        ? new ResultPath { Name = name, Path = path }
        : throw new FormatException($"invalid output volume: {text}");

    private static NetworkType ParseNetwork(string text) =>
        Enum.GetValues<NetworkType>().Select(type => ((NetworkType?, string))(type, type.ToString()))
            .FirstOrDefault(found => found.Item2.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase)).Item1
        ?? throw new FormatException($"unknown network type '{text}': one of None, Host, HTTP, Bridge, Default");
}
