using System.Globalization;
using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Nodes;

/// <summary><c>bacalhau node list</c>.</summary>
internal static class NodeListCommand
{
    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Table);
    private static readonly ListFlags _list = ListFlags.With(0, "id, type, available_cpu, available_memory, available_disk, available_gpu, approval, status");
    private static readonly Flag<System.Collections.Immutable.ImmutableArray<string>> _show =
        Flags.Words("show", "Groups of columns: labels, version, features, capacity", null, "labels", "capacity");
    private static readonly Flag<string> _labels = Flags.Text("labels", "List nodes whose labels match this selector");
    private static readonly Flag<string> _approval = Flags.Text("filter-approval", "List nodes that are approved, pending or rejected");
    private static readonly Flag<string> _status = Flags.Text("filter-status", "List nodes that are connected or disconnected");

    /// <summary>The command.</summary>
    public static Command Create() => new("list", "List nodes")
    {
        Flags = [_show, _labels, _approval, _status, .. _list.All, .. _output.Tabular],
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        Check(invocation, _approval, "approved", "pending", "rejected");
        Check(invocation, _status, "connected", "disconnected");
        using var client = Connector.Connect(invocation);
        var query = _list.Query(invocation)
            .With("labels", invocation.Get(_labels))
            .With("filter-approval", invocation.Get(_approval))
            .With("filter-status", invocation.Get(_status));
        var answer = await client.GetAsync("/orchestrator/nodes", query, cancellation);
        var nodes = answer.Deserialize(ApiJson.Wire.NodeListView)!.Nodes;
        new ResultWriter(invocation, _output).WriteList(nodes, Columns(invocation.Get(_show)), () => answer.GetProperty("Nodes").GetRawText());
        return 0;
    }

    private static void Check(Invocation invocation, Flag<string> flag, params string[] values)
    {
        var value = invocation.Get(flag);
        if (value.Length > 0 && !values.Contains(value))
            throw new CliException($"cannot use '{value}' as filter for --{flag.Name}, should be one of: {string.Join(", ", values)}");
    }

    private static List<TableColumn<NodeStateView>> Columns(IReadOnlyCollection<string> groups)
    {
        List<TableColumn<NodeStateView>> columns =
        [
            new("id", node => node.Info.NodeID) { Short = node => ShortId.OfNode(node.Info.NodeID) },
            new("type", node => node.Info.NodeType),
            new("approval", node => node.Membership),
            new("status", node => node.Drain is null ? node.Connection : $"{node.Connection} (draining)"),
        ];
        if (groups.Contains("labels"))
            columns.Add(new("labels", node => string.Join(' ', node.Info.Labels.Select(label => $"{label.Key}={label.Value}"))) { Wrap = 50 });
        if (groups.Contains("version"))
        {
            columns.Add(new("version", node => node.Info.BacalhauVersion.GitVersion));
            columns.Add(new("architecture", node => node.Info.BacalhauVersion.GOARCH));
            columns.Add(new("os", node => node.Info.BacalhauVersion.GOOS));
        }
        if (groups.Contains("features"))
        {
            columns.Add(new("engines", node => Names(node, info => info.ExecutionEngines)) { Wrap = 7 });
            columns.Add(new("inputs from", node => Names(node, info => info.StorageSources)) { Wrap = 15 });
            columns.Add(new("outputs", node => Names(node, info => info.Publishers)) { Wrap = 10 });
        }
        if (groups.Contains("capacity"))
        {
            columns.Add(new("cpu", node => Amount(node, all => all.CPU.ToString("0.0", CultureInfo.InvariantCulture))) { Wrap = 6 });
            columns.Add(new("memory", node => Amount(node, all => ByteSize.Format(all.Memory))) { Wrap = 10 });
            columns.Add(new("disk", node => Amount(node, all => ByteSize.Format(all.Disk))) { Wrap = 11 });
            columns.Add(new("gpu", node => Amount(node, all => all.GPU.ToString(CultureInfo.InvariantCulture))) { Wrap = 4 });
        }
        return columns;
    }

    private static string Names(NodeStateView node, Func<ComputeNodeInfoView, IEnumerable<string>?> names) =>
        IsCompute(node) ? string.Join(' ', names(node.Info.ComputeNodeInfo) ?? []) : "";

    private static string Amount(NodeStateView node, Func<ResourcesView, string> format) =>
        IsCompute(node) ? $"{format(node.Info.ComputeNodeInfo.AvailableCapacity)} / {format(node.Info.ComputeNodeInfo.MaxCapacity)}" : "";

    private static bool IsCompute(NodeStateView node) => node.Info.NodeType == "Compute";
}
