using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>What an operator lets a node refuse, with real processes: the question goes to a script of the operator, and its reason reaches the customer.</summary>
public sealed class AdmissionTests : IDisposable
{
    private readonly Cluster cluster = new();

    [Fact]
    public async Task A_probe_refuses_a_job_with_its_reason_and_another_node_takes_it()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        var asked = Path.Combine(cluster.Folder, "asked");
        await cluster.StartComputeAsync(
            "strict", $"JobAdmissionControl.ProbeExec=tee -a {asked} | grep -q harmless || {{ echo 'only harmless jobs here' >&2; exit 1; }}");
        await orchestrator.Api.WaitForNodesAsync(1);

        var harmless = Jobs.Wasm(Jobs.Hello);
        harmless["Labels"] = new JsonObject { ["kind"] = "harmless" };
        Assert.Equal("Completed", Api.StateOf(await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(harmless))));
        Assert.Contains("\"harmless\"", await File.ReadAllTextAsync(asked, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var refused = await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)));
        Assert.Equal("Failed", Api.StateOf(refused));
        Assert.Contains("only harmless jobs here", Api.MessageOf(refused), StringComparison.Ordinal);

        await cluster.StartComputeAsync("open");
        await orchestrator.Api.WaitForNodesAsync(2);
        Assert.Equal("Completed", Api.StateOf(await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)))));
    }

    public void Dispose() => cluster.Dispose();
}
