using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Bacalhau.Compute.Gpus;
using Bacalhau.Core;

namespace Bacalhau.Compute.Node;

/// <summary>The labels that every node has besides its own (spec: job-model.md §9).</summary>
public static class NodeLabels
{
    /// <summary>Operating system, by Go's name.</summary>
    public static string Os => OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux";

    /// <summary>Architecture, by Go's name.</summary>
    public static string Arch => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.X86 => "386",
        Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>The operator's labels with the automatic ones, which win.</summary>
    public static ImmutableSortedDictionary<string, string> Of(ImmutableSortedDictionary<string, string> own, NodeId node) =>
        own.SetItem("os_type", Os).SetItem("os_arch", Arch).SetItem("name", node.Value);

    /// <summary>The same with those of the GPUs that jobs get: <c>GPU-&lt;i&gt;</c>, the model, and <c>GPU-&lt;i&gt;-Memory</c>, as <c>81559-MiB</c>.</summary>
    public static ImmutableSortedDictionary<string, string> Of(ImmutableSortedDictionary<string, string> own, NodeId node, ImmutableArray<GpuDevice> gpus) =>
        Of(own, node).SetItems(gpus.SelectMany((gpu, i) => new[]
        {
            KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"GPU-{i}"), gpu.Name.Replace(' ', '-')),
            KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"GPU-{i}-Memory"), string.Create(CultureInfo.InvariantCulture, $"{gpu.MemoryMib}-MiB")),
        }));
}
