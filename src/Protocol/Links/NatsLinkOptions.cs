namespace Bacalhau.Protocol.Links;

/// <summary>How to reach and enter a NATS server. Either a seed or a user and password; none of both for a server that asks for neither.</summary>
public sealed record NatsLinkOptions
{
    /// <summary>Servers, as <c>nats://host:4222</c> or <c>tls://host:4222</c>; one of them is enough.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>Name of the connection in the server's lists.</summary>
    public string Name { get; init; } = "bacalhau";

    /// <summary>Seed of an nkey, <c>SU…</c>; null to enter by user and password.</summary>
    public string? Seed { get; init; }

    /// <summary>User name; null for none.</summary>
    public string? User { get; init; }

    /// <summary>Password of <see cref="User"/>.</summary>
    public string? Password { get; init; }

    /// <summary>Subjects on which answers come begin with this; a node may listen to its own prefix only.</summary>
    public string InboxPrefix { get; init; } = "_INBOX";

    /// <summary>File with the certificate of the authority that signed the server's; null for the system's authorities.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Messages of one subscription that may wait for their handler; more are dropped, which raises <see cref="IMessageLink.MessagesDropped"/>.</summary>
    public int PendingMessages { get; init; } = 4096;

    /// <summary>Longest wait between two attempts to reach a server.</summary>
    public TimeSpan LongestReconnectWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The prefix of a node's inbox, as the server's permissions know it.</summary>
    public static string InboxPrefixOf(Core.NodeId node) => $"_INBOX_{node.Value}";
}
