using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Nodes;

/// <summary><c>bacalhau node</c>: shows nodes, decides on their membership and empties them.</summary>
internal static class NodeCommands
{
    private static readonly OutputFlags _yaml = OutputFlags.With(OutputFormat.Yaml);
    private static readonly Flag<string> _message = Flags.Text("message", "Why, for the record", 'm');
    private static readonly Flag<TimeSpan> _deadline =
        Flags.Duration("deadline", "How long batch and ops jobs that run there may finish; 0 to move everything at once", TimeSpan.Zero);

    /// <summary>The group.</summary>
    public static Command Create() => new("node", "Show nodes, decide on their membership, empty them for maintenance")
    {
        InheritedFlags = [GlobalFlags.Profile],
        Children =
        [
            Change("approve", "Let a node take part", "could not approve node"),
            Change("delete", "Forget a node; it may join again", "could not delete node"),
            new("describe", "Show all about a node")
            {
                Arguments = "NODE",
                Flags = _yaml.Single,
                Count = ArgumentCount.Exactly(1),
                RunAsync = DescribeAsync,
            },
            Change("drain", "Empty a node: nothing new is placed there, and what runs is moved elsewhere", "could not drain node", _deadline),
            NodeListCommand.Create(),
            Change("reject", "Refuse a node", "could not reject node"),
            Change("stop-held", "Stop executions that a restored orchestrator does not know", "could not stop what is held on node"),
            Change("undrain", "End the drain of a node: it takes work again", "could not end the drain of node"),
        ],
    };

    private static Command Change(string action, string summary, string failure, params ImmutableArray<Flag> more) => new(action, summary)
    {
        Arguments = "NODE",
        Flags = [_message, .. more],
        Count = ArgumentCount.Exactly(1),
        RunAsync = (invocation, cancellation) => ChangeAsync(invocation, action, failure, cancellation),
    };

    private static async Task<int> DescribeAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var answer = await client.GetAsync(ApiClient.Node(invocation.Words[0]), null, cancellation);
        new ResultWriter(invocation, _yaml).WriteObject(answer.GetProperty("Node").GetRawText());
        return 0;
    }

    private static async Task<int> ChangeAsync(Invocation invocation, string action, string failure, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        double? deadline = action == "drain" && invocation.Get(_deadline) is { Ticks: not 0 } given ? given.TotalSeconds : null;
        var request = new NodeActionRequest(action, invocation.Get(_message), invocation.Words[0], deadline);
        var answer = await client.SendAsync(HttpMethod.Put, ApiClient.Node(invocation.Words[0]), request, ApiJson.Wire.NodeActionRequest, cancellation);
        var result = answer.Deserialize(ApiJson.Wire.NodeActionResponse)!;
        if (!result.Success)
            throw new CliException($"{failure} {invocation.Words[0]}", "Run 'bacalhau node describe' to see how it stands");
        invocation.Host.Output.WriteLine("Ok");
        return 0;
    }
}
