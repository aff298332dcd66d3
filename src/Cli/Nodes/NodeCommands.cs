using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Nodes;

/// <summary><c>bacalhau node</c>: shows nodes and decides on their membership.</summary>
internal static class NodeCommands
{
    private static readonly OutputFlags _yaml = OutputFlags.With(OutputFormat.Yaml);
    private static readonly Flag<string> _message = Flags.Text("message", "Why, for the record", 'm');

    /// <summary>The group.</summary>
    public static Command Create() => new("node", "Show nodes and decide on their membership")
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
            NodeListCommand.Create(),
            Change("reject", "Refuse a node", "could not reject node"),
            Change("stop-held", "Stop executions that a restored orchestrator does not know", "could not stop what is held on node"),
        ],
    };

    private static Command Change(string action, string summary, string failure) => new(action, summary)
    {
        Arguments = "NODE",
        Flags = [_message],
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
        var request = new NodeActionRequest(action, invocation.Get(_message), invocation.Words[0]);
        var answer = await client.SendAsync(HttpMethod.Put, ApiClient.Node(invocation.Words[0]), request, ApiJson.Wire.NodeActionRequest, cancellation);
        var result = answer.Deserialize(ApiJson.Wire.NodeActionResponse)!;
        if (!result.Success)
            throw new CliException($"{failure} {invocation.Words[0]}", "Run 'bacalhau node describe' to see how it stands");
        invocation.Host.Output.WriteLine("Ok");
        return 0;
    }
}
