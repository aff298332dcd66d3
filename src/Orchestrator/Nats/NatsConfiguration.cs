using System.Globalization;
using System.Text;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Nats;

/// <summary>
/// The server's configuration. Who joins may ask that and nothing else; a member speaks and hears on its own subjects only; the orchestrator may do anything.
/// Nodes' ids and keys were checked when they joined, so they can be written as they are.
/// </summary>
internal sealed record NatsConfiguration
{
    /// <summary>Name of the user by which nodes ask to join.</summary>
    public const string JoinUser = "join";

    /// <summary>Inbox of the orchestrator; no node's inbox can begin like it.</summary>
    public const string OrchestratorInbox = "_ORCHESTRATOR_INBOX";

    private const int MaxPayloadBytes = 512 * 1024;

    /// <summary>Address to listen on.</summary>
    public required string Host { get; init; }

    /// <summary>Port to listen on.</summary>
    public required int Port { get; init; }

    /// <summary>Name that the server greets with.</summary>
    public required string ServerName { get; init; }

    /// <summary>Where the server writes its process id, for people who look for it.</summary>
    public required string PidFile { get; init; }

    /// <summary>Password of <see cref="JoinUser"/>; empty for none.</summary>
    public required string Token { get; init; }

    /// <summary>The orchestrator's public nkey.</summary>
    public required string OrchestratorKey { get; init; }

    /// <summary>Nodes that take part.</summary>
    public required IReadOnlyCollection<NatsMember> Members { get; init; }

    /// <summary>The configuration file's text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            # Written by bacalhau at each start and when nodes join; changes are lost.
            listen: {{Quoted($"{Host}:{Port}")}}
            server_name: {{Quoted(ServerName)}}
            pid_file: {{Quoted(PidFile)}}
            max_payload: {{MaxPayloadBytes}}
            ping_interval: "20s"
            ping_max: 2
            write_deadline: "10s"
            logtime: false
            {{(Token.Length == 0 ? $"no_auth_user: \"{JoinUser}\"" : "")}}
            authorization {
              timeout: 10
              users: [
                { user: "{{JoinUser}}", password: {{Quoted(Token)}}, permissions: { publish: ["{{Subjects.Join}}"], subscribe: ["_INBOX.>"] } }
                { nkey: "{{OrchestratorKey}}" }

            """);
        foreach (var member in Members)
        {
            AppendMember(text, member);
        }

        return text.Append("  ]\n}\n").ToString();
    }

    private static void AppendMember(StringBuilder text, NatsMember member) => text.Append(CultureInfo.InvariantCulture, $$"""
            { nkey: "{{member.PublicKey}}", permissions: {
              publish: ["{{Subjects.FromNode(member.Node, ">")}}"]
              subscribe: ["{{Subjects.AllOfNode(member.Node)}}", "{{Subjects.Ask}}", "{{NatsLinkOptions.InboxPrefixOf(member.Node)}}.>"]
              allow_responses: true } }

        """);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            quoted = b is (byte)'"' or (byte)'\\' or < 0x20 or >= 0x7f
                ? quoted.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}")
                : quoted.Append((char)b);
        }

        return quoted.Append('"').ToString();
    }
}
