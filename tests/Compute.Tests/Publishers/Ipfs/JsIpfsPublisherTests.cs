using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.Ipfs;
using Bacalhau.Core.Content;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Ipfs;
using Bacalhau.TestKit.Network;
using Bacalhau.TestKit.Publishers;

namespace Bacalhau.Compute.Tests.Publishers.Ipfs;

/// <summary>Results that are added to a real js-ipfs node; the ipfs cases of the recordings golden/engines/publishers.md and publishers-more.md, which could not work with it then.</summary>
[Collection("js-ipfs")] // Its pins are counted.
public sealed class JsIpfsPublisherTests : PublisherConformance
{
    private static readonly IpfsOptions _options = new() { ReadTimeout = TimeSpan.FromSeconds(20) };
    private readonly JsIpfs node = new();
    private IReadOnlyList<Cid> before = [];
    private IpfsClient? client;

    protected override SpecConfig Publisher { get; } = Spec.Of("ipfs");

    public override async ValueTask InitializeAsync() => before = await node.PinsAsync();

    /// <summary>Equal results of another test would find the pins of this one.</summary>
    public override async ValueTask DisposeAsync()
    {
        foreach (var cid in (await node.PinsAsync()).Except(before))
        {
            await node.UnpinAsync($"{cid}");
        }

        client?.Dispose();
        node.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Link_which_js_ipfs_does_not_take_is_left_out_with_a_warning()
    {
        var (folder, warnings) = (NewResults(), new List<string>());
        File.CreateSymbolicLink(Path.Combine(folder, "outputs/link"), "bytes");
        var request = new PublishRequest(TargetOf(NewExecution()), folder) { Warnings = new Listener(warnings) };

        var fetched = await FetchAsync(await CreatePublisher().PublishAsync(request, _ => Task.CompletedTask, new Progress<ExecutionProgress>(), default));

        Assert.Contains("'outputs/link'", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.False(Path.Exists(Path.Combine(fetched, "outputs/link")));
    }

    [Fact]
    public async Task Empty_folders_and_large_files_are_published()
    {
        var folder = NewResults();
        Directory.CreateDirectory(Path.Combine(folder, "outputs/nothing"));
        var bytes = new byte[5_000_000];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(Path.Combine(folder, "outputs/large"), bytes);

        var fetched = await FetchAsync(await PublishAsync(NewExecution(), folder));

        Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(fetched, "outputs/large")));
        Assert.True(Directory.Exists(Path.Combine(fetched, "outputs/nothing")));
    }

    [Fact]
    public async Task Equal_results_of_two_executions_are_kept_until_both_are_withdrawn()
    {
        var (first, second, folder) = (NewExecution(), NewExecution(), NewResults());
        var result = await PublishAsync(first, folder);
        Assert.Equal(CidOf(result), CidOf(await PublishAsync(second, folder)));

        await CreatePublisher().WithdrawAsync(TargetOf(first), default);
        Assert.Contains(CidOf(result), await node.PinsAsync());

        await CreatePublisher().WithdrawAsync(TargetOf(second), default);
        await AssertNothingPublishedAsync();
    }

    [Fact]
    public async Task Pin_of_somebody_else_is_never_taken_away()
    {
        var (execution, folder) = (NewExecution(), NewResults());
        var cid = CidOf(await PublishAsync(execution, folder));
        await CreatePublisher().WithdrawAsync(TargetOf(execution), default);
        await node.PinAsync($"{cid}");

        await PublishAsync(execution, folder);
        await CreatePublisher().WithdrawAsync(TargetOf(execution), default);

        Assert.Contains(cid, await node.PinsAsync());
        await node.UnpinAsync($"{cid}");
    }

    [Fact]
    public async Task Node_that_is_away_or_lies_fails_the_attempt()
    {
        await using var server = new BlockServer { Instead = (_, to) => Answer(to, "<html>") };

        Assert.Equal(("IPFS:NotPublished", false), await FailAsync(server.Endpoint));
        server.Instead = (_, to) => Answer(to, """{"Name":"results","Hash":"bafkqaaa"}""");
        Assert.Equal(("IPFS:NotPublished", false), await FailAsync(server.Endpoint));
        await server.DisposeAsync();
        Assert.Equal(("IPFS:NotPublished", false), await FailAsync(server.Endpoint));

        static async Task<bool> Answer(Stream to, string text)
        {
            await WebServer.WriteAsync(to, "200 OK", "", System.Text.Encoding.UTF8.GetBytes(text));
            return true;
        }
    }

    protected override IPublisher CreatePublisher() => new IpfsPublisher(client ??= new IpfsClient(node.Endpoint, _options, TimeProvider.System), Path.Combine(Root, "pins"));

    protected override async Task<bool> TryFetchAsync(PublishedResult result, string folder)
    {
        // What is no longer pinned may be there until the node cleans up.
        if (!(await node.PinsAsync()).Contains(CidOf(result)))
        {
            return false;
        }

        var copy = new IpfsCopy(new IpfsBlocks(client!, _options, TimeProvider.System));
        await copy.RunAsync(CidOf(result), "", folder, folder + ".unfinished", (_, _) => { }, default);
        return true;
    }

    protected override async Task AssertNothingPublishedAsync()
    {
        Assert.Empty((await node.PinsAsync()).Except(before));
        Assert.True(!Directory.Exists(Path.Combine(Root, "pins")) || !Directory.EnumerateFiles(Path.Combine(Root, "pins")).Any());
    }

    private async Task<(string Code, bool IsRefusal)> FailAsync(Uri endpoint)
    {
        using var other = new IpfsClient(endpoint, _options, TimeProvider.System);
        using var publisher = new IpfsPublisher(other, Path.Combine(Root, "pins"));
        var request = new PublishRequest(TargetOf(NewExecution()), NewResults());
        var error = await Assert.ThrowsAsync<EngineException>(() => publisher.PublishAsync(request, _ => Task.CompletedTask, new Progress<ExecutionProgress>(), default));
        return (error.Problem.Code, error.IsRefusal);
    }

    private static Cid CidOf(PublishedResult result) => Cid.TryParse(result.Params["CID"].GetString()!, out var cid, out var problem) ? cid : throw new FormatException(problem);

    private sealed class Listener(List<string> heard) : IProgress<string>
    {
        public void Report(string value) => heard.Add(value);
    }
}
