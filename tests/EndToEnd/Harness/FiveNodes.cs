using System.Globalization;
using Bacalhau.TestKit.Ipfs;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>An orchestrator and five compute nodes for all tests of a class, started by the first that needs them. Each node has the label <c>place=node-N</c> and a folder of its own that jobs may read.</summary>
public sealed class FiveNodes : IDisposable
{
    private const int Count = 5;
    private readonly Lazy<Cluster> cluster = new(() => new Cluster(Binary.ReleaseOrBuild));
    private JsIpfsProcess? otherIpfs;
    private Node? orchestrator;

    /// <summary>The IPFS node of all but the third compute node; that one has the node that scripts/test.sh starts.</summary>
    internal JsIpfs OtherIpfs => new(otherIpfs!.Multiaddr);

    /// <summary>Folder of a node that jobs may read there; it is not made yet.</summary>
    internal string FilesOf(int number) => cluster.Value.DataOf(string.Create(CultureInfo.InvariantCulture, $"files-{number}"));

    internal async Task<Node> OrchestratorAsync()
    {
        if (orchestrator is not null)
        {
            return orchestrator;
        }

        _ = Binary.ReleaseOrBuild;
        var thirdIpfs = Environment.GetEnvironmentVariable("BACALHAU_TEST_IPFS");
        otherIpfs = string.IsNullOrEmpty(thirdIpfs) ? null : await JsIpfsProcess.StartAsync(cluster.Value.DataOf("ipfs"));
        var first = await cluster.Value.StartOrchestratorAsync("Orchestrator.Locality.FactAge=10s");
        var nodes = Enumerable.Range(1, Count).Select(number => cluster.Value.Begin(
            string.Create(CultureInfo.InvariantCulture, $"node-{number}"),
            ["--compute"],
            [
                string.Create(CultureInfo.InvariantCulture, $"Labels=place=node-{number}"),
                $"Compute.AllowListedLocalPaths={FilesOf(number)}/**:ro",
                .. otherIpfs is null ? Array.Empty<string>() : [$"InputSources.Types.IPFS.Endpoint={(number == 3 ? thirdIpfs : otherIpfs.Multiaddr)}"],
                .. TestServices.Settings,
            ],
            TestServices.Variables));
        await Task.WhenAll(nodes.Select(node => node.ReadyAsync()));
        await first.Api.WaitForNodesAsync(Count);
        return orchestrator = first;
    }

    public void Dispose()
    {
        if (cluster.IsValueCreated)
        {
            otherIpfs?.Dispose();
            cluster.Value.Dispose();
        }
    }
}
