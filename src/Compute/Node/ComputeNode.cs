using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Locality;
using Bacalhau.Compute.Publishers;
using Bacalhau.Core;
using Bacalhau.Core.Nodes;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

/// <summary>A compute node: takes work from its orchestrator, runs it and reports. Made of what its options give, in production and in the simulator alike.</summary>
public sealed partial class ComputeNode : IAsyncDisposable
{
    private static readonly TimeSpan _farewellLimit = TimeSpan.FromSeconds(1);

    private readonly ComputeNodeOptions options;
    private readonly ILogger logger;
    private readonly CancellationTokenSource end = new();
    private readonly OrchestratorPort port;
    private readonly EngineSweeping sweeping;
    private readonly NodeFactsSource facts;
    private readonly RunnerParts runner;
    private readonly NodeExecutions executions;
    private readonly NodeAgent agent;
    private readonly Leftovers leftovers;
    private readonly IReadOnlyList<IKeptResults> keepers;
    private Task watching = Task.CompletedTask;
    private bool hasBegun;
    private bool isStopped;

    /// <summary>Puts the node together; <see cref="Start"/> starts it.</summary>
    public ComputeNode(ComputeNodeOptions options)
    {
        this.options = options;
        var loggers = options.Loggers;
        logger = loggers.CreateLogger<ComputeNode>();
        port = new OrchestratorPort(options.Node, options.Control, options.Bulk, options.Store, options.Clock, loggers.CreateLogger<OrchestratorPort>());
        options.ResultAddresses?.Connect(port);
        keepers = [.. options.Publishers.OfType<IKeptResults>()];
        sweeping = new EngineSweeping(options.Engines, options.Store, options.Clock);
        facts = new NodeFactsSource(
            options.Facts with { IsCompute = true }, sweeping, options.InputSources, options.Publishers, loggers.CreateLogger<NodeFactsSource>());
        runner = MakeRunnerParts();
        leftovers = new Leftovers(runner, loggers.CreateLogger<Leftovers>());
        executions = new NodeExecutions(
            runner, new ExecutionRunner(runner, loggers.CreateLogger<ExecutionRunner>()), leftovers, loggers.CreateLogger<NodeExecutions>());
        agent = new NodeAgent(MakeSessionParts(), executions, BeginAsync, ShutOutAsync, loggers);
    }

    /// <summary>The node's life: fails with <see cref="NodeRefusedException"/> when the node cannot go on, completes after <see cref="StopAsync"/>.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>What the node says of itself now.</summary>
    public NodeFacts Facts => facts.Current;

    /// <summary>Whether the node has a session.</summary>
    public bool IsConnected => port.Session.Length > 0;

    /// <summary>Room in use by executions, for people.</summary>
    public Core.Resources.ResourceAmount Used => runner.Line.Used;

    /// <summary>Starts the node.</summary>
    public void Start() => Completion = LiveAsync();

    /// <summary>
    /// An operator has rejected or deleted the node: whatever it has at work is stopped, were it left running by an earlier process. It is run elsewhere.
    /// </summary>
    public async Task ShutOutAsync()
    {
        await BeginAsync(end.Token);
        using var limit = new CancellationTokenSource(options.StopTimeout, options.Clock);
        var stopped = await executions.StopAllAsync(limit.Token);
        if (stopped.Count > 0)
        {
            LogShutOut(options.Node.Value, stopped.Count);
        }
    }

    /// <summary>Ends the node in good order, in at most the options' stop timeout and two seconds more. What runs on is told in the last line.</summary>
    public async Task StopAsync()
    {
        if (isStopped)
        {
            return;
        }

        isStopped = true;
        await CloseAsync();
        var stopped = await EndExecutionsAsync();
        if (port.Session.Length > 0)
        {
            await SayGoodbyeAsync([.. stopped, .. agent.Refused]);
        }

        end.Cancel();
        await Quietly(Completion);
        await Quietly(watching);
        runner.Logs.CloseAll();
        TellWhatRunsOn();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        end.Dispose();
    }

    private RunnerParts MakeRunnerParts()
    {
        var logs = new OpenLogs(options.Workspace);
        var outbox = new ReportOutbox(port, options.Clock, options.Loggers.CreateLogger<ReportOutbox>());
        return new RunnerParts
        {
            Store = options.Store,
            Workspace = options.Workspace,
            Specs = new JobSpecs(port, options.Workspace, options.Clock, end.Token),
            Lists = new SharedLists(new ListExchange(port, options.Clock), () => options.Store.Current.Memory.HighestTerm),
            Outbox = outbox,
            Line = new Line(options.Facts.Capacity),
            Logs = logs,
            KeptLogs = new KeptLogs(options.Workspace, logs, options.Limits, options.Clock),
            Gate = new StartGate(options.Clock),
            Engines = options.Engines.ToDictionary(engine => engine.Name, StringComparer.OrdinalIgnoreCase),
            InputSources = options.InputSources.SelectMany(source => source.Names.Select(name => (name, source)))
                .ToDictionary(pair => pair.name, pair => pair.source, StringComparer.OrdinalIgnoreCase),
            Publishers = options.Publishers.ToDictionary(publisher => publisher.Name, StringComparer.OrdinalIgnoreCase),
            NewGrant = id => new PublishGrant(port, id, options.Clock),
            Silence = () => port.Silence,
            Clock = options.Clock,
            HostVariables = options.HostVariables,
            Gpus = options.Gpus,
            Policy = options.Admission with { AllowsHostNetwork = options.Facts.AllowsHostNetwork },
            Probes = options.Probes,
            Limits = options.Limits,
        };
    }

    private SessionParts MakeSessionParts() =>
        new(
            port,
            options.Store,
            new NodeHoldings(options.Store, runner.Outbox, runner.Line),
            facts,
            runner.Outbox,
            runner.Line,
            runner.Gate,
            new BulkServer(port, runner.Logs, keepers, options.Clock, options.Loggers.CreateLogger<BulkServer>()),
            new DataAnswering(port, options.InputSources, options.Near, options.Cache, options.Clock, options.Loggers.CreateLogger<DataAnswering>()),
            runner.Progress,
            options.Cache,
            options.Clock,
            BootId: $"{options.Ids.Next():N}");

    private async Task LiveAsync()
    {
        try
        {
            await facts.RefreshAsync(end.Token);
            var sweep = new KeptResultsSweep(port, options.Store, keepers, options.Clock, options.Loggers.CreateLogger<KeptResultsSweep>());
            watching = Task.WhenAll(WatchAsync(), StopCutOffAsync(), sweep.RunAsync(end.Token));
            await agent.RunAsync(end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task WatchAsync()
    {
        while (true)
        {
            await Task.Delay(options.FactsInterval, options.Clock, end.Token);
            await facts.RefreshAsync(end.Token);
            runner.KeptLogs.DropOld();
            if (hasBegun)
            {
                await leftovers.DropAsync();
            }
        }
    }

    /// <summary>Before the first welcome nothing is taken up but what is to be stopped without an orchestrator.</summary>
    private async Task StopCutOffAsync()
    {
        var watch = new CutOffWatch(() => port.Silence, options.Clock);
        foreach (var held in options.Store.Current.Held.Values
            .Where(held => held is { Phase: Store.HeldPhase.Running, StopAfterSeconds: > 0 }).OrderBy(held => held.StopAfterSeconds).ThenBy(held => held.Key))
        {
            if (hasBegun || !await watch.IsSilentAsync(TaskTimes.Of(held.StopAfterSeconds)!.Value, end.Token) || hasBegun)
            {
                return;
            }

            executions.Start(held);
        }
    }

    /// <summary>After the first welcome: what belongs to nothing held is swept, then everything held is taken up.</summary>
    private async Task BeginAsync(CancellationToken cancellation)
    {
        if (hasBegun)
        {
            return;
        }

        var held = options.Store.Current.Held.Values.Where(execution => !execution.IsForgotten).OrderBy(execution => execution.Key).ToList();
        hasBegun = true;
        sweeping.Begin();
        await facts.RefreshAsync(cancellation);
        SweepWorkspace(
            held.Select(one => one.Id).ToHashSet(), held.Select(one => one.Assignment?.SpecDigest ?? "").ToHashSet(StringComparer.Ordinal));
        foreach (var one in held)
        {
            executions.Hold(one);
            if (one.IsEnded)
            {
                runner.Outbox.Post(one.End!, one.EndedAt);
            }
        }

        // What may run on has its room before anything new asks for some.
        foreach (var one in held.Where(one => !one.IsEnded).OrderBy(one => one.Phase == Store.HeldPhase.Accepted).ThenBy(one => one.Key))
        {
            executions.Start(one);
        }

        _ = leftovers.DropAsync();
    }

    private void SweepWorkspace(HashSet<ExecutionId> held, HashSet<string> digests)
    {
        try
        {
            options.Workspace.Sweep(held, digests);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogWorkspaceNotSwept(exception);
        }
    }

    private async Task<IReadOnlyList<ExecutionId>> EndExecutionsAsync()
    {
        using var limit = new CancellationTokenSource(options.StopTimeout, options.Clock);
        if (options.OnStop == OnStop.Stop
            || Completion.Exception?.InnerException is NodeRefusedException { IsReplaced: true } or NodeRefusedException { IsShutOut: true })
        {
            return await executions.StopAllAsync(limit.Token);
        }

        await executions.LeaveAloneAsync(limit.Token);
        return [];
    }

    private async Task CloseAsync()
    {
        using var limit = new CancellationTokenSource(_farewellLimit, options.Clock);
        await Quietly(agent.CloseAsync(limit.Token));
    }

    private async Task SayGoodbyeAsync(IReadOnlyList<ExecutionId> stopped)
    {
        using var limit = new CancellationTokenSource(_farewellLimit, options.Clock);
        try
        {
            await runner.Outbox.FlushAsync(limit.Token);
            await port.AskAsync(Questions.Goodbye, new Goodbye { Stopped = [.. stopped.Select(id => id.Value)] }, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody listens; the orchestrator notices by the silence.
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception exception) when (exception is OperationCanceledException or NodeRefusedException)
        {
            // Its owner knows.
        }
    }

    private void TellWhatRunsOn()
    {
        var running = options.Store.Current.Held.Values.Where(held => held is { Phase: Store.HeldPhase.Running, Assignment: not null }).Select(held => held.ExecutionId).ToList();
        if (running.Count == 0)
        {
            LogStopped(options.Node.Value);
        }
        else
        {
            var some = string.Join(", ", running.Take(10));
            LogStoppedWhileRunning(options.Node.Value, running.Count, some);
        }
    }
}
