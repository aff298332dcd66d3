using System.Text;
using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Agents;

/// <summary><c>bacalhau version</c>: the versions of this program and of the server.</summary>
internal static class VersionCommand
{
    /// <summary>Longest wait for the server; without its answer the own version is shown alone.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Table);
    private static readonly Flag<bool> _client = Flags.Bool("client", "Show the version of this program only, without asking a server");

    /// <summary>The command.</summary>
    public static Command Create() => new("version", "Show the versions of this program and of the server")
    {
        Flags = [_client, .. _output.Tabular],
        InheritedFlags = [GlobalFlags.Profile],
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var own = ProductVersion.Current;
        var server = invocation.Get(_client) ? null : await AskServerAsync(invocation, cancellation);
        var columns = new List<TableColumn<BuildVersionView?>> { new("client", _ => own.GitVersion) };
        if (server is not null)
            columns.Add(new("server", _ => server.GitVersion));
        columns.Add(new("Update Message", _ => ""));
        new ResultWriter(invocation, _output).WriteList([server], columns, () => Json(own, server));
        return 0;
    }

    private static async Task<BuildVersionView?> AskServerAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_patience);
        try
        {
            using var client = Connector.Connect(invocation, authenticates: false);
            var answer = await client.GetAsync("/agent/version", null, patience.Token);
            return answer.Deserialize(ApiJson.Wire.BuildVersionView);
        }
        catch (ApiFailureException problem)
        {
            invocation.Host.Error.WriteLine($"The server's version is not known: {problem.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            invocation.Host.Error.WriteLine("The server's version is not known: it did not answer within 3 seconds");
        }
        return null;
    }

    private static string Json(BuildVersionView own, BuildVersionView? server)
    {
        var json = new StringBuilder("{\"clientVersion\":").Append(JsonSerializer.Serialize(own, ApiJson.Wire.BuildVersionView));
        if (server is not null)
            json.Append(",\"serverVersion\":").Append(JsonSerializer.Serialize(server, ApiJson.Wire.BuildVersionView));
        return json.Append('}').ToString();
    }
}
