using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>Prints what the programs of a job printed, by node; what several printed alike is printed once.</summary>
internal sealed class NodeDetails(CliHost host, ApiClient client, string job)
{
    /// <summary>Asks the server and prints.</summary>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        var runs = await ExecutionPages.ReadAsync(client, job, cancellation)
            .Where(execution => execution.ComputeState.StateType is (int)ExecutionState.Completed or (int)ExecutionState.Failed)
            .Select(execution => (Node: execution.NodeID, Text: TextOf(execution)))
            .ToListAsync(cancellation);
        host.Output.WriteLine("\nJob Results By Node:");
        foreach (var alike in runs.GroupBy(run => run.Text).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal))
        {
            var nodes = alike.Select(run => run.Node).Distinct().Count();
            var heading = alike.Count() == 1 ? $"• Node {Output.ShortId.OfNode(alike.First().Node)}: " : $"• {alike.Count()} runs on {nodes} nodes: ";
            host.Output.WriteLine((host.UsesColour ? Output.Colour.Paint(heading, "bold") : heading) + alike.Key);
        }
    }

    private static string TextOf(ExecutionView execution)
    {
        var output = execution.RunOutput;
        var printed = output.Stdout.Length > 0 && output.Stderr.Length > 0 ? $"{output.Stdout.TrimEnd('\n')}\n{output.Stderr}" : output.Stdout + output.Stderr;
        return printed.Length > 0 ? printed.TrimEnd('\n') : output.ErrorMsg.Length > 0 ? output.ErrorMsg : execution.ComputeState.Message ?? "";
    }
}
