using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

/// <summary>
/// Keeps a node in its cluster: says hello until it is welcome, lives the session that it is given, and says hello again when that is over.
/// </summary>
internal sealed partial class NodeAgent(
    SessionParts parts, NodeExecutions executions, Func<CancellationToken, Task> beforeFirstSession, Func<Task> shutOut, ILoggerFactory loggers)
{
    private static readonly TimeSpan _firstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _longestHello = TimeSpan.FromSeconds(15);
    private readonly ILogger logger = loggers.CreateLogger<NodeAgent>();
    private NodeSession? session;
    private bool isClosing;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="NodeRefusedException">The orchestrator refuses this process for good.</exception>
    public async Task RunAsync(CancellationToken end)
    {
        var isFirst = true;
        while (true)
        {
            var welcome = await SayHelloAsync(end);
            if (isFirst)
            {
                // Not before the welcome: a process that is refused, because its twin runs elsewhere, must not touch anything.
                await beforeFirstSession(end);
                isFirst = false;
            }

            var intake = new BatchIntake(parts.Store, executions, parts.Outbox, parts.Clock);
            session = new NodeSession(parts, intake, welcome, loggers.CreateLogger<NodeSession>()) { IsClosing = isClosing };
            await LiveAsync(session, end);
        }
    }

    /// <summary>What was given to the node after it was closed, and was not taken.</summary>
    public IReadOnlyCollection<ExecutionId> Refused => session?.Refused ?? [];

    /// <summary>Takes no new work from now on, and says so.</summary>
    public Task CloseAsync(CancellationToken cancellation)
    {
        isClosing = true;
        return session?.CloseAsync(cancellation) ?? Task.CompletedTask;
    }

    private async Task LiveAsync(NodeSession open, CancellationToken end)
    {
        try
        {
            await open.RunAsync(end);
            LogSessionOver();
        }
        catch (Exception exception) when (!end.IsCancellationRequested) // The node goes on in a new session; what runs is not touched.
        {
            LogSessionFailed(exception);
            await Task.Delay(_firstWait, parts.Clock, end);
        }
    }

    private async Task<Welcome> SayHelloAsync(CancellationToken end)
    {
        var told = "";
        for (var wait = _firstWait; ; wait = wait * 2 < _longestWait ? wait * 2 : _longestWait)
        {
            parts.Gate.Tick(_longestHello);
            var facts = parts.Facts.Current;
            var hello = new Hello
            {
                NodeId = parts.Port.Node.Value,
                BootId = parts.BootId,
                HighestTerm = parts.Store.Current.Memory.HighestTerm,
                Facts = facts,
            };
            var welcome = await parts.Port.AskAsync(Questions.Hello, hello, end);
            if (welcome is not null && await TryTakeAsync(welcome))
            {
                parts.Facts.Told(facts);
                return welcome;
            }

            var reason = welcome?.Reason ?? "it does not answer";
            if (reason != told)
            {
                told = reason;
                LogNotWelcome(reason);
            }

            await Task.Delay(wait, parts.Clock, end);
        }
    }

    /// <summary>True when the node is welcome, and the cluster is remembered; false to ask again.</summary>
    private async Task<bool> TryTakeAsync(Welcome welcome)
    {
        var known = parts.Store.Current.Memory.Cluster;
        if (known.Length > 0 && welcome.Cluster.Length > 0 && welcome.Cluster != known)
        {
            throw new NodeRefusedException(
                $"This node belongs to cluster {known}, but the orchestrator is of cluster {welcome.Cluster}. Check where the node connects to, or let it change with \"serve --rejoin\".");
        }

        if (welcome.Refused.Length > 0)
        {
            if (welcome.Refused is "rejected" or "deleted")
            {
                // It goes on asking while it is rejected, as an operator may approve it.
                await shutOut();
            }

            return welcome.Refused == "deleted" ? throw new NodeRefusedException($"The orchestrator refuses this node: {welcome.Reason}") { IsShutOut = true }
                : welcome.Refused is "inUse" or "wrongCluster" or "tooOld"
                ? throw new NodeRefusedException($"The orchestrator refuses this node: {welcome.Reason}") { IsReplaced = welcome.Refused == "inUse" }
                : false;
        }

        if (welcome.GivenSession.Length == 0)
        {
            return false;
        }

        if (known.Length > 0)
        {
            return true;
        }

        try
        {
            await parts.Store.ChangeAsync(draft => draft.Remember(draft.State.Memory with { Cluster = welcome.Cluster }));
            return true;
        }
        catch (NodeStoreException exception)
        {
            LogNotWelcome(exception.Message);
            return false;
        }
    }
}
