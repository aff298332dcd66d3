using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Planning;
using Bacalhau.Orchestrator.State;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator;

/// <summary>An orchestrator at work, without its doors: takes jobs in, plans, and speaks with nodes. The API is put in front of it; the simulator has it as it is.</summary>
public sealed class OrchestratorNode : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly OrchestratorMessaging messaging;
    private readonly Task planning;

    private OrchestratorNode(JobService jobs, OrchestratorMessaging messaging, PlanningLoop loop)
    {
        Jobs = jobs;
        this.messaging = messaging;
        planning = loop.RunAsync(stop.Token);
    }

    /// <summary>What clients do with jobs.</summary>
    public JobService Jobs { get; }

    /// <summary>Reads logs and results from nodes.</summary>
    public NodeGateway Gateway => messaging.Gateway;

    /// <summary>How far executions are that prepare or publish.</summary>
    public ReportedProgress Progress => messaging.Progress;

    /// <summary>What nodes keep of inputs.</summary>
    public ReportedCaches Caches => messaging.Caches;

    /// <summary>Begins.</summary>
    /// <param name="writer">The state; it stays the caller's.</param>
    /// <param name="links">The connections to the nodes; they stay the caller's.</param>
    /// <param name="options">How to work.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="loggers">Where loggers come from.</param>
    public static async Task<OrchestratorNode> StartAsync(
        StateWriter writer, MessagingLinks links, OrchestratorOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        var messaging = await OrchestratorMessaging.StartAsync(writer, links, options.Messaging, clock, loggers);
        var loop = new PlanningLoop(writer, messaging.Asker, clock, options.Jobs.Ids, options.Planner, loggers.CreateLogger<PlanningLoop>());
        return new OrchestratorNode(new JobService(writer, options.Jobs), messaging, loop);
    }

    /// <summary>Stops. What is not finished goes on with the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        stop.Cancel();
        await messaging.DisposeAsync();
        await planning;
        stop.Dispose();
    }
}
