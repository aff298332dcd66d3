using Bacalhau.Core;

namespace Bacalhau.Protocol.Messages;

/// <summary>The NATS subjects, as listed in this project's README.</summary>
public static class Subjects
{
    /// <summary>Where unknown nodes ask to be known.</summary>
    public const string Join = "bacalhau.v1.join";

    /// <summary>Where the orchestrator asks all nodes which data they have.</summary>
    public const string Ask = "bacalhau.v1.ask";

    /// <summary>Everything that is sent to or by a node.</summary>
    public static string AllOfNode(NodeId node) => $"bacalhau.v1.node.{node.Value}.>";

    /// <summary>From a node to the orchestrator. The node is read from the subject, never from the body.</summary>
    /// <param name="node">The sender.</param>
    /// <param name="kind"><c>hello</c>, <c>list</c>, <c>heartbeat</c>, <c>goodbye</c>, <c>report</c>, <c>grant</c>, <c>address</c>, <c>data</c>, <c>kept</c>, <c>spec</c>, <c>inputs</c> or <c>offer</c>.</param>
    public static string FromNode(NodeId node, string kind) => $"bacalhau.v1.node.{node.Value}.out.{kind}";

    /// <summary>One kind of message from every node. The orchestrator hears each kind for itself, so that much of one pushes out none of another.</summary>
    public static string FromAnyNode(string kind) => $"bacalhau.v1.node.*.out.{kind}";

    /// <summary>To one process of a node: batches.</summary>
    public static string ToNode(NodeId node, SessionId session) => $"bacalhau.v1.node.{node.Value}.{session.Value}.in";

    /// <summary>To one process of a node: pings.</summary>
    public static string PingOfNode(NodeId node, SessionId session) => $"bacalhau.v1.node.{node.Value}.{session.Value}.ping";

    /// <summary>To one process of a node, on its second connection: reading logs.</summary>
    public static string LogsOfNode(NodeId node, SessionId session) => $"bacalhau.v1.node.{node.Value}.{session.Value}.log";

    /// <summary>To one process of a node, on its second connection: reading results.</summary>
    public static string ResultsOfNode(NodeId node, SessionId session) => $"bacalhau.v1.node.{node.Value}.{session.Value}.result";

    /// <summary>Reads the sender and the kind from a subject made by <see cref="FromNode"/>; null if it is none.</summary>
    public static (NodeId Node, string Kind)? ParseFromNode(string subject)
    {
        var parts = subject.Split('.');
        return parts is ["bacalhau", "v1", "node", var node, "out", var kind] ? (new NodeId(node), kind) : null;
    }
}
