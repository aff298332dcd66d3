using System.Globalization;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Ipfs;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Core.Content;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Ipfs;

namespace Bacalhau.Compute.Tests.Inputs.Ipfs;

/// <summary>IPFS inputs from a node that does what a test wants.</summary>
public abstract class IpfsInputRig : IAsyncDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-ipfs-");
    private IpfsClient? client;
    private int prepared;

    protected IpfsInputRig() => Cache = InputCache.Open(Path.Combine(root.FullName, "cache"), 1_000_000_000, TimeProvider.System);

    protected BlockServer Server { get; } = new();

    protected InputCache Cache { get; }

    protected IpfsOptions Options { get; set; } = new() { FirstPause = TimeSpan.FromMilliseconds(1), ReadTimeout = TimeSpan.FromSeconds(10) };

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        await Server.DisposeAsync();
        Cache.Dispose();
        root.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected IpfsInputSource Source() => new(client ??= new IpfsClient(Server.Endpoint, Options, TimeProvider.System), Cache, Options, TimeProvider.System);

    protected static InputSource Input(string cid) => new() { Source = Spec.Of("ipfs", ("CID", cid)), Target = "/inputs" };

    protected Task<Mount> PrepareAsync(Cid cid, string path = "", long most = long.MaxValue, CancellationToken cancellation = default)
    {
        var folder = root.CreateSubdirectory(string.Create(CultureInfo.InvariantCulture, $"prepared-{Interlocked.Increment(ref prepared)}")).FullName;
        return Source().PrepareAsync(new InputRequest(Input($"{cid}{path}"), folder) { MostBytes = most }, new Progress<ExecutionProgress>(), cancellation);
    }

    protected async Task<(string Code, bool IsRefusal)> FailAsync(Cid cid, string path = "", long most = long.MaxValue)
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => PrepareAsync(cid, path, most));
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetTempPath()), file => Path.GetFileName(file) is "escaped");
        return (error.Problem.Code, error.IsRefusal);
    }

    protected static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
