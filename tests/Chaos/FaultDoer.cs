using System.Globalization;
using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.Chaos;

/// <summary>Does what goes wrong, and undoes it.</summary>
/// <param name="cluster">To what.</param>
/// <param name="client">How an operator asks.</param>
/// <param name="forget">Told when a node is deleted.</param>
/// <param name="timeline">Where is noted what is done.</param>
internal sealed class FaultDoer(ChaosCluster cluster, Client client, Action forget, Timeline timeline)
{
    /// <summary>Does one, waits as long as it lasts, and undoes it.</summary>
    public async Task DoAsync(Fault fault, CancellationToken heal)
    {
        await WaitAsync(fault.At, heal);
        if (heal.IsCancellationRequested)
        {
            return;
        }

        timeline.Count("fault: " + fault.Kind);
        var node = cluster.Nodes[fault.Node];
        switch (fault.Kind)
        {
            case FaultKind.KillNode:
                await DownAsync(node, fault, asks: false, heal);
                break;
            case FaultKind.StopNode:
                await DownAsync(node, fault, asks: true, heal);
                break;
            case FaultKind.FreezeNode:
                await FreezeAsync(node, fault, () => [node.Id], heal);
                break;
            case FaultKind.FreezeNodeAndPrograms:
                await FreezeAsync(node, fault, () => [node.Id, .. node.Id is { } id ? Processes.Below(id, "bacalhau-worker").Select(worker => (int?)worker) : []], heal);
                break;
            case FaultKind.WipeNode:
                await WipeAsync(node, fault, heal);
                break;
            case FaultKind.CutLink:
                await LinkAsync(fault, LinkMode.Cut, heal);
                break;
            case FaultKind.SilenceLink:
                await LinkAsync(fault, LinkMode.Silent, heal);
                break;
            case FaultKind.SlowLink:
                await LinkAsync(fault, LinkMode.Slow, heal);
                break;
            case FaultKind.FillNodeDisk:
                await FillAsync(node, fault, heal);
                break;
            case FaultKind.DrainNode:
                await DrainAsync(node, fault, heal);
                break;
            case FaultKind.KillOrchestrator:
                await DownAsync(cluster.Orchestrator, fault, asks: false, heal);
                break;
            case FaultKind.StopOrchestrator:
                await DownAsync(cluster.Orchestrator, fault, asks: true, heal);
                break;
            case FaultKind.FreezeOrchestrator:
                await FreezeAsync(cluster.Orchestrator, fault, () => [cluster.Orchestrator.Id], heal);
                break;
            case FaultKind.FillOrchestratorDisk:
                await FillAsync(cluster.Orchestrator, fault, heal);
                break;
            case FaultKind.KillMessageServer:
                await KillMessagesAsync(fault);
                break;
            case FaultKind.FreezeMessageServer:
                await FreezeAsync(cluster.Orchestrator, fault, () => [cluster.Orchestrator.MessageServer], heal);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault));
        }
    }

    private async Task DownAsync(Member member, Fault fault, bool asks, CancellationToken heal)
    {
        using var turn = await TurnOf.TakeAsync(member);
        if (heal.IsCancellationRequested)
        {
            return;
        }

        timeline.Say(fault.ToString());
        await member.HoldDownAsync(asks);
        await WaitAsync(fault.For, heal);
        member.Release();
        timeline.Say($"{fault} is over");
    }

    private async Task FreezeAsync(Member member, Fault fault, Func<IEnumerable<int?>> choose, CancellationToken heal)
    {
        using var turn = await TurnOf.TakeAsync(member);
        if (heal.IsCancellationRequested)
        {
            return;
        }

        timeline.Say(fault.ToString());
        int[] frozen = [.. choose().OfType<int>()];
        Array.ForEach(frozen, Processes.Freeze);
        await WaitAsync(fault.For, heal);
        Array.ForEach(frozen, Processes.Thaw);
        timeline.Say($"{fault} is over");
    }

    /// <summary>The machine of a node is set up anew; whoever does so has the orchestrator forget the old one.</summary>
    private async Task WipeAsync(Member member, Fault fault, CancellationToken heal)
    {
        using var turn = await TurnOf.TakeAsync(member);
        if (heal.IsCancellationRequested)
        {
            return;
        }

        timeline.Say(fault.ToString());
        await member.HoldDownAsync(asks: false);
        cluster.Wipe(member);
        await WaitAsync(fault.For, heal);
        await client.InsistAsync(HttpMethod.Put, "nodes/" + member.Name, new JsonObject { ["Action"] = "delete" });
        forget();
        member.Release();
        timeline.Say($"{fault} is over");
    }

    private async Task LinkAsync(Fault fault, LinkMode mode, CancellationToken heal)
    {
        timeline.Say(fault.ToString());
        cluster.Links[fault.Node].Become(mode);
        await WaitAsync(fault.For, heal);
        cluster.Links[fault.Node].Become(LinkMode.Open);
        timeline.Say($"{fault} is over");
    }

    private async Task FillAsync(Member member, Fault fault, CancellationToken heal)
    {
        if (cluster.DiskOf(member) is not { } disk)
        {
            return;
        }

        timeline.Say(fault.ToString());
        try
        {
            disk.Fill();
        }
        catch (IOException)
        {
            // Another one fills it now.
        }

        await WaitAsync(fault.For, heal);
        disk.Free();
        timeline.Say($"{fault} is over");
    }

    private async Task DrainAsync(Member member, Fault fault, CancellationToken heal)
    {
        timeline.Say(fault.ToString());
        await client.InsistAsync(HttpMethod.Put, "nodes/" + member.Name, new JsonObject { ["Action"] = "drain", ["Deadline"] = fault.Node });
        await WaitAsync(fault.For, heal);
        await client.InsistAsync(HttpMethod.Put, "nodes/" + member.Name, new JsonObject { ["Action"] = "undrain" });
        timeline.Say($"{fault} is over");
    }

    private async Task KillMessagesAsync(Fault fault)
    {
        using var turn = await TurnOf.TakeAsync(cluster.Orchestrator);
        if (cluster.Orchestrator.MessageServer is { } server)
        {
            timeline.Say(string.Create(CultureInfo.InvariantCulture, $"{fault.Kind}"));
            Processes.KillNow(server);
        }
    }

    private static async Task WaitAsync(TimeSpan time, CancellationToken heal)
    {
        try
        {
            await Task.Delay(time, TimeProvider.System, heal);
        }
        catch (OperationCanceledException)
        {
            // Healing begins.
        }
    }

    private sealed class TurnOf(Member member) : IDisposable
    {
        public static async Task<TurnOf> TakeAsync(Member member)
        {
            await member.Turn.WaitAsync();
            return new TurnOf(member);
        }

        public void Dispose() => member.Turn.Release();
    }
}
