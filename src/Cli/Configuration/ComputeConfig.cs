using System.Collections.Immutable;

namespace Bacalhau.Cli.Configuration;

/// <summary>The compute node.</summary>
/// <param name="Enabled">Whether the node is one.</param>
/// <param name="Orchestrators">Addresses to join.</param>
/// <param name="Token">Secret with which it joins.</param>
/// <param name="CACert">What it trusts.</param>
/// <param name="RequireTls">Whether it begins with TLS.</param>
/// <param name="Network">Addresses and ports.</param>
/// <param name="HeartbeatInterval">Time between two signs of life.</param>
/// <param name="InfoUpdateInterval">Time between two reports of what the node is.</param>
/// <param name="AllocatedCapacity">What jobs get of the machine.</param>
/// <param name="Access">What jobs may reach.</param>
/// <param name="Cache">Inputs kept for later.</param>
/// <param name="Near">Endpoints, buckets and hosts whose data counts as being here.</param>
/// <param name="Logs">Output of programs.</param>
/// <param name="MostResultBytes">Most results of an execution that asks for no disk.</param>
/// <param name="KeepsWorkOnStop">Whether running work goes on when the node stops.</param>
internal sealed record ComputeConfig(
    bool Enabled,
    ImmutableArray<string> Orchestrators,
    string Token,
    string CACert,
    bool RequireTls,
    ComputeNetworkConfig Network,
    TimeSpan HeartbeatInterval,
    TimeSpan InfoUpdateInterval,
    CapacityConfig AllocatedCapacity,
    ComputeAccessConfig Access,
    CacheConfig Cache,
    ImmutableArray<string> Near,
    ExecutionLogConfig Logs,
    long MostResultBytes,
    bool KeepsWorkOnStop);

/// <summary>Addresses and ports of a compute node.</summary>
/// <param name="AdvertisedAddress">Address for others; empty for the one the orchestrator sees.</param>
/// <param name="PortRangeStart">First port for jobs.</param>
/// <param name="PortRangeEnd">Last port for jobs.</param>
internal sealed record ComputeNetworkConfig(string AdvertisedAddress, int PortRangeStart, int PortRangeEnd);

/// <summary>What jobs get of the machine: amounts, or shares such as <c>80%</c>. All empty is the whole machine.</summary>
/// <param name="CPU">Cores.</param>
/// <param name="Memory">Bytes with a unit.</param>
/// <param name="Disk">Bytes with a unit.</param>
/// <param name="GPU">Devices.</param>
internal sealed record CapacityConfig(string CPU, string Memory, string Disk, string GPU);

/// <summary>What jobs may reach on and from a compute node.</summary>
/// <param name="LocalPaths">Local paths, with <c>*</c>, <c>**</c>, and <c>:ro</c> or <c>:rw</c> at the end.</param>
/// <param name="Variables">Patterns of environment variables of the node.</param>
/// <param name="Hosts">Private hosts that downloads may reach.</param>
/// <param name="Buckets">Patterns of S3 buckets; none is all.</param>
/// <param name="AllowJobEndpoints">Whether static S3 keys go to an endpoint that a job names.</param>
internal sealed record ComputeAccessConfig(
    ImmutableArray<string> LocalPaths,
    ImmutableArray<string> Variables,
    ImmutableArray<string> Hosts,
    ImmutableArray<string> Buckets,
    bool AllowJobEndpoints);

/// <summary>Inputs kept for later.</summary>
/// <param name="SizeBytes">Disk for them.</param>
/// <param name="Path">Their folder; empty for one in the data folder.</param>
internal sealed record CacheConfig(long SizeBytes, string Path);

/// <summary>Output of programs.</summary>
/// <param name="MaxBytes">Longest log of one execution.</param>
/// <param name="KeepFor">How long it stays after the end.</param>
internal sealed record ExecutionLogConfig(long MaxBytes, TimeSpan KeepFor);
