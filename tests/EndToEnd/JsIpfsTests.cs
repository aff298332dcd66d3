using Bacalhau.EndToEnd.Harness;
using Bacalhau.TestKit.Ipfs;

namespace Bacalhau.EndToEnd;

/// <summary>IPFS with the build that developers use.</summary>
public sealed class BuildJsIpfsTests() : JsIpfsTests(() => Binary.Path);

/// <summary>IPFS with the Native AOT release.</summary>
public sealed class ReleaseJsIpfsTests() : JsIpfsTests(() => Binary.Release);

/// <summary>A job whose input comes from a js-ipfs node and whose results go there, to where <c>job get</c> fetches them from.</summary>
public abstract class JsIpfsTests(Func<string> findProgram) : IAsyncLifetime
{
    private readonly JsIpfs ipfs = new();
    private Cluster? cluster;
    private Node? node;

    public async ValueTask InitializeAsync()
    {
        cluster = new Cluster(findProgram());
        node = await cluster.StartHybridAsync($"InputSources.Types.IPFS.Endpoint={ipfs.Multiaddr}", $"Publishers.Types.IPFS.Endpoint={ipfs.Multiaddr}");
    }

    public ValueTask DisposeAsync()
    {
        cluster?.Dispose();
        ipfs.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Input_comes_from_js_ipfs_and_results_go_there()
    {
        var folder = await ipfs.AddFolderAsync([("a.txt", "from a"), ("sub/b.txt", "from b")]);
        var job = Jobs.Container("cat /in/a.txt /in/sub/b.txt && cp -r /in/sub /one /outputs/")
            .WithInput("/in", "ipfs", "CID", folder)
            .WithInput("/one", "ipfs", "CID", folder + "/a.txt")
            .WithResults(publisher: "ipfs");

        var id = await node!.Api.SubmitAsync(job);
        var end = await node.Api.EndOfAsync(id);

        Assert.True(Api.StateOf(end) == "Completed", $"{end}");
        var all = await GetAsync(id, "all");
        Assert.Equal(["exitCode", "outputs/one", "outputs/sub/b.txt", "stderr", "stdout"], all.Keys);
        Assert.Equal(("from afrom b", "from a", "from b", "0"), (all["stdout"], all["outputs/one"], all["outputs/sub/b.txt"], all["exitCode"].Trim()));
        var one = await GetAsync(id + "/outputs/sub", "one");
        Assert.Equal(["outputs/sub/b.txt"], one.Keys);
    }

    [Fact]
    public async Task Results_stay_where_they_are_for_whom_has_no_IPFS_node()
    {
        var id = await node!.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello).WithResults(publisher: "ipfs"));
        await node.Api.EndOfAsync(id);

        var result = await Commands.RunAsync(cluster!.Folder, node, "job", "get", id);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("\"CID\"", result.Error, StringComparison.Ordinal);
        Assert.Contains("ResultDownloaders.Types.IPFS.Endpoint", result.Error, StringComparison.Ordinal);
    }

    /// <summary>The files of a result and what they hold, by their paths.</summary>
    private async Task<SortedDictionary<string, string>> GetAsync(string what, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(cluster!.Folder, name)).FullName;
        var get = await Commands.RunAsync(cluster.Folder, node!, "job", "get", what, "--output-dir", folder, "-c", $"ResultDownloaders.Types.IPFS.Endpoint={ipfs.Multiaddr}");
        Assert.True(get.ExitCode == 0, get.Text);
        return new SortedDictionary<string, string>(
            Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllText), StringComparer.Ordinal);
    }
}
