using System.Formats.Tar;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.Ipfs;
using Bacalhau.Compute.Publishers.Local;
using Bacalhau.Compute.Publishers.S3;
using Bacalhau.Compute.S3;
using Bacalhau.Compute.Tests.Publishers.S3;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Ipfs;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Recorded;

/// <summary>The publishers of a node that runs one recorded job, and what that has published.</summary>
internal sealed partial class RecordedPublishers : IAsyncDisposable
{
    private readonly HttpClient http = GuardedHttp.Create(new AddressFilter(["127.0.0.1"]));
    private readonly ResultBucket bucket;
    private readonly LocalPublisher local;
    private readonly Lazy<S3Publisher> s3;
    private readonly Lazy<(IpfsClient Client, IpfsPublisher Publisher)> ipfs;
    private (IPublisher Publisher, PublishTarget Target)? used;

    /// <param name="root">Folder for what they keep.</param>
    /// <param name="bucket">Stands for the recorded bucket <c>pub</c>.</param>
    /// <param name="node">The IPFS node.</param>
    public RecordedPublishers(string root, ResultBucket bucket, JsIpfs node)
    {
        this.bucket = bucket;
        local = new LocalPublisher(new LocalPublisherOptions { Folder = Path.Combine(root, "published"), Address = () => "127.0.0.1" }, TimeProvider.System);
        local.Open();
        s3 = new(() => new S3Publisher(
            http,
            () => Task.FromResult(new S3Keys(bucket.Keys, AreStatic: true, "key test")),
            new S3PublisherOptions { Node = new NodeId("n-1"), FirstPause = TimeSpan.FromMilliseconds(1) },
            TimeProvider.System));
        ipfs = new(() =>
        {
            var client = new IpfsClient(node.Endpoint, new IpfsOptions { ReadTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System);
            return (client, new IpfsPublisher(client, Path.Combine(root, "pins")));
        });
    }

    /// <summary>A job with the places of this machine.</summary>
    public string Place(string yaml) => !yaml.Contains("<s3>", StringComparison.Ordinal) && !yaml.Contains("<closed-port>", StringComparison.Ordinal) ? yaml : yaml
        .Replace("<s3>", new Uri(bucket.Endpoint).Authority, StringComparison.Ordinal)
        .Replace("<closed-port>", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}"), StringComparison.Ordinal)
        .Replace("Bucket: pub,", $"Bucket: {bucket.Name},", StringComparison.Ordinal);

    /// <summary>The publisher that a task names; null for none.</summary>
    /// <exception cref="EngineException">There is none of that name.</exception>
    public IPublisher? Of(TaskSpec task) => task.Publisher?.Type.Trim().ToLowerInvariant() switch
    {
        null or "" or "noop" => null,
        "local" => local,
        "s3" => s3.Value,
        "ipfs" => ipfs.Value.Publisher,
        _ => throw new EngineException(new ExecutionProblem("Test:NoPublisher", "unknown publisher"), isRefusal: true),
    };

    /// <summary>Publishes.</summary>
    public Task<PublishedResult> PublishAsync(IPublisher publisher, PublishTarget target, string folder, IProgress<string> warnings)
    {
        used = (publisher, target);
        return publisher.PublishAsync(new PublishRequest(target, folder) { Warnings = warnings }, _ => Task.CompletedTask, new Progress<ExecutionProgress>(), default);
    }

    /// <summary>Members of the archive that was published; none where each file was published by itself.</summary>
    public async Task<IReadOnlyList<TarEntry>> MembersAsync(PublishedResult result)
    {
        if (result.Type == "urlDownload")
        {
            return await RecordedArchive.ReadAsync(local.Open(used!.Value.Target.Execution)!);
        }

        if (result.Params["Key"].GetString()!.EndsWith('/'))
        {
            return [];
        }

        using var found = await bucket.Client.GetObjectAsync(bucket.Name, result.Params["Key"].GetString());
        return await RecordedArchive.ReadAsync(found.ResponseStream);
    }

    /// <summary>Keys of all that lies in the bucket.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync() => bucket.IsThere ? await bucket.KeysAsync(bucket.Name, "") : [];

    /// <summary>A result, without what belongs to this machine and this run.</summary>
    public string Neutral(PublishedResult result) => Neutral(new JsonObject
    {
        ["Type"] = result.Type,
        ["Params"] = new JsonObject(result.Params.Select(item => KeyValuePair.Create(item.Key, JsonNode.Parse(item.Value.GetRawText())))),
    }.ToJsonString());

    /// <summary>Keys, without what belongs to this machine and this run.</summary>
    public IEnumerable<string> Neutral(IEnumerable<string> keys) => keys.Select(Neutral);

    /// <summary>Takes back what was published.</summary>
    public async ValueTask DisposeAsync()
    {
        if (used is { } published)
        {
            await published.Publisher.WithdrawAsync(published.Target, default);
        }

        if (s3.IsValueCreated)
        {
            s3.Value.Dispose();
        }

        if (ipfs.IsValueCreated)
        {
            ipfs.Value.Publisher.Dispose();
            ipfs.Value.Client.Dispose();
        }

        http.Dispose();
    }

    private string Neutral(string text)
    {
        text = SecretPattern().Replace(text, "")
            .Replace("127.0.0.1:6001", "<local-publisher>", StringComparison.Ordinal)
            .Replace(used!.Value.Target.Execution.Value, "<exec-id>", StringComparison.Ordinal)
            .Replace(used.Value.Target.Job.Value, "<job-id>", StringComparison.Ordinal)
            .Replace("/n-1/", "/<node-id>/", StringComparison.Ordinal)
            .Replace(bucket.Name, "pub", StringComparison.Ordinal);
        text = bucket.IsThere ? text.Replace(new Uri(bucket.Endpoint).Authority, "<s3>", StringComparison.Ordinal) : text;
        return TimePattern().Replace(text, "<yyyyMMdd>/<HHmmss>");
    }

    /// <summary>Names of archives on a node cannot be guessed here.</summary>
    [GeneratedRegex(@"-[0-9a-f]{32}(?=\.tar\.gz)")]
    private static partial Regex SecretPattern();

    [GeneratedRegex("[0-9]{8}/[0-9]{6}")]
    private static partial Regex TimePattern();
}
