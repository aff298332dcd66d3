using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

/// <summary>
/// The node's way to its orchestrator: puts cluster, term and session on what goes out, and lets in only what is of this cluster and of no older term than the
/// highest one ever seen, which is saved before anything is done with the message.
/// </summary>
internal sealed partial class OrchestratorPort(
    NodeId node, IMessageLink control, IMessageLink bulk, NodeStore store, TimeProvider clock, ILogger<OrchestratorPort> logger)
{
    private volatile string session = "";
    private long heardAt = clock.GetTimestamp();

    /// <summary>The node.</summary>
    public NodeId Node => node;

    /// <summary>The present session; empty when there is none.</summary>
    public string Session => session;

    /// <summary>The connection for what is short.</summary>
    public IMessageLink Control => control;

    /// <summary>The connection for what is long.</summary>
    public IMessageLink Bulk => bulk;

    /// <summary>
    /// Time since the sending of the last question that the orchestrator answered in a session, or by giving one; since the start of this process if there was none.
    /// That it refuses the node a session is no sign that the node's work is still wanted.
    /// </summary>
    public TimeSpan Silence => clock.GetElapsedTime(Volatile.Read(ref heardAt));

    /// <summary>From now on everything is said in this session; empty for none.</summary>
    public void EnterSession(string given) => session = given;

    /// <summary>Asks, and gives the answer if it is one that counts; null if not: nobody answered in time, or an orchestrator that is none any more.</summary>
    public async Task<TAnswer?> AskAsync<TQuestion, TAnswer>(Question<TQuestion, TAnswer> question, TQuestion message, CancellationToken cancellation)
        where TQuestion : Envelope
        where TAnswer : Envelope
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(Stamp(message), question.Asked);
        var link = question.IsLong ? bulk : control;
        var (sentAt, isInSession) = (clock.GetTimestamp(), session.Length > 0);
        var answer = await link.RequestAsync(Subjects.FromNode(node, question.Kind), payload, question.Timeout, cancellation);
        var read = answer is LinkAnswer.Answered(var bytes) ? await ReadAsync(bytes, question.Answered) : null;
        if (read is Welcome { GivenSession.Length: > 0 } || (read is not (null or Welcome) && isInSession))
        {
            Volatile.Write(ref heardAt, Math.Max(sentAt, Volatile.Read(ref heardAt)));
        }

        return read;
    }

    /// <summary>Reads a message; null if it is not one that counts.</summary>
    public async Task<T?> ReadAsync<T>(ReadOnlyMemory<byte> payload, JsonTypeInfo<T> json)
        where T : Envelope
    {
        T? message;
        try
        {
            message = JsonSerializer.Deserialize(payload.Span, json);
        }
        catch (JsonException exception)
        {
            LogUnreadable(typeof(T).Name, exception);
            return null;
        }

        return message is not null && await CountsAsync(message) ? message : null;
    }

    /// <summary>The bytes of a message with what every message carries.</summary>
    public byte[] Write<T>(T message, JsonTypeInfo<T> json)
        where T : Envelope => JsonSerializer.SerializeToUtf8Bytes(Stamp(message), json);

    private T Stamp<T>(T message)
        where T : Envelope
    {
        var memory = store.Current.Memory;
        return (T)(message with { Cluster = memory.Cluster, Term = memory.HighestTerm, Session = session });
    }

    private async Task<bool> CountsAsync(Envelope message)
    {
        var memory = store.Current.Memory;
        if (memory.Cluster.Length > 0 && message.Cluster.Length > 0 && message.Cluster != memory.Cluster)
        {
            LogOtherCluster(message.Cluster, memory.Cluster);
            return message is Welcome;
        }

        if (message.Term < memory.HighestTerm)
        {
            LogOldTerm(message.Term, memory.HighestTerm);
            return false;
        }

        if (message.Term > memory.HighestTerm)
        {
            try
            {
                await store.ChangeAsync(draft => draft.Remember(draft.State.Memory with { HighestTerm = Math.Max(draft.State.Memory.HighestTerm, message.Term) }));
            }
            catch (NodeStoreException exception)
            {
                LogTermNotSaved(exception.Message);
                return false;
            }
        }

        return true;
    }
}
