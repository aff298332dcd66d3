using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Json;

namespace Bacalhau.Cli.Agents;

/// <summary><c>bacalhau agent</c>: asks the node that serves the API about itself.</summary>
internal static class AgentCommands
{
    private static readonly OutputFlags _yaml = OutputFlags.With(OutputFormat.Yaml);
    private static readonly OutputFlags _prettyYaml = OutputFlags.With(OutputFormat.Yaml, pretty: true);
    private static readonly OutputFlags _text = OutputFlags.With(OutputFormat.Text);

    /// <summary>The group.</summary>
    public static Command Create() => new("agent", "Ask the node that serves the API about itself")
    {
        InheritedFlags = [GlobalFlags.Profile],
        Children =
        [
            new("alive", "Ask whether it is alive")
            {
                Flags = _yaml.Single,
                RunAsync = (invocation, cancellation) => ShowAsync(invocation, _yaml, "/agent/alive", authenticates: false, cancellation),
            },
            new("config", "Show its configuration, without secrets") { Flags = _prettyYaml.Single, RunAsync = ShowConfigAsync },
            new("node", "Show what it is and has")
            {
                Flags = _yaml.Single,
                RunAsync = (invocation, cancellation) => ShowAsync(invocation, _yaml, "/agent/node", authenticates: true, cancellation),
            },
            new("version", "Show its version") { Flags = _text.Single, RunAsync = ShowVersionAsync },
        ],
    };

    private static async Task<int> ShowAsync(Invocation invocation, OutputFlags output, string path, bool authenticates, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation, authenticates);
        var answer = await client.GetAsync(path, null, cancellation);
        new ResultWriter(invocation, output).WriteObject(answer.GetRawText());
        return 0;
    }

    private static async Task<int> ShowConfigAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var answer = await client.GetAsync("/agent/config", null, cancellation);
        var config = answer.TryGetProperty("config", out var inner) ? inner : answer;
        new ResultWriter(invocation, _prettyYaml).WriteObject(config.GetRawText());
        return 0;
    }

    private static async Task<int> ShowVersionAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation, authenticates: false);
        var answer = await client.GetAsync("/agent/version", null, cancellation);
        var writer = new ResultWriter(invocation, _text);
        if (writer.Format != OutputFormat.Text)
        {
            writer.WriteObject(answer.GetRawText());
            return 0;
        }
        var version = answer.Deserialize(ApiJson.Wire.BuildVersionView)!;
        invocation.Host.Output.WriteLine($"Bacalhau {version.GitVersion}");
        invocation.Host.Output.WriteLine($"BuildDate {GoTimeConverter.Format(version.BuildDate)}");
        invocation.Host.Output.WriteLine($"GitCommit {version.GitCommit}");
        return 0;
    }
}
