using System.Globalization;
using Amazon.Runtime;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.S3;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>S3 inputs from a server that does what a test wants.</summary>
public abstract class S3Rig : IAsyncDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-s3-");
    private int prepared;

    protected S3Rig() => Cache = InputCache.Open(Path.Combine(root.FullName, "cache"), 1_000_000_000, TimeProvider.System);

    /// <summary>Keys that somebody wrote down.</summary>
    protected static S3Keys Static { get; } = new(new BasicAWSCredentials("AKEXAMPLE", "s3cret"), AreStatic: true, "key AKEXAMPLE");

    /// <summary>Credentials of a role.</summary>
    protected static S3Keys Role { get; } = new(new SessionAWSCredentials("ASEXAMPLE", "s3cret", "t0ken"), AreStatic: false, "role");

    protected HttpClient Http { get; } = GuardedHttp.Create(new AddressFilter(["localhost"]));

    /// <summary>A folder of the test.</summary>
    protected string Folder => root.FullName;

    private protected FakeS3 Server { get; } = new();

    protected InputCache Cache { get; private set; }

    protected S3InputOptions Options { get; set; } = new() { FirstPause = TimeSpan.FromMilliseconds(1) };

    /// <summary>Credentials of the node.</summary>
    protected S3Keys Keys { get; set; } = S3Keys.Anonymous;

    /// <summary>Finds them, where a test says how.</summary>
    protected Func<Task<S3Keys>>? Find { get; set; }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Http.Dispose();
        Cache.Dispose();
        root.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The node's next life, or one with its cache elsewhere.</summary>
    protected void Reopen(string folder)
    {
        Cache.Dispose();
        Cache = InputCache.Open(folder, 1_000_000_000, TimeProvider.System);
    }

    protected S3InputSource Source() => new(Http, Cache, Find ?? (() => Task.FromResult(Keys)), Options, TimeProvider.System);

    protected InputSource Input(string key, string? endpoint = null, string filter = "", string bucket = "b") => new()
    {
        Source = Spec.Of("s3", ("Bucket", bucket), ("Key", key), ("Filter", filter), ("Endpoint", endpoint ?? Server.Endpoint()), ("Region", "us-east-1")),
        Target = "/inputs",
    };

    protected Task<Mount> PrepareAsync(string key, string? endpoint = null, string filter = "", long most = long.MaxValue) =>
        PrepareAsync(Input(key, endpoint, filter), request => request with { MostBytes = most });

    protected async Task<Mount> PrepareAsync(InputSource input, Func<InputRequest, InputRequest> change, IProgress<ExecutionProgress>? progress = null)
    {
        var folder = root.CreateSubdirectory(string.Create(CultureInfo.InvariantCulture, $"prepared-{Interlocked.Increment(ref prepared)}")).FullName;
        using var source = Source();
        return await source.PrepareAsync(change(new InputRequest(input, folder)), progress ?? new Progress<ExecutionProgress>(), default);
    }

    protected Task<EngineException> FailAsync(string key, string? endpoint = null, string filter = "", long most = long.MaxValue) =>
        Assert.ThrowsAsync<EngineException>(() => PrepareAsync(key, endpoint, filter, most));
}
