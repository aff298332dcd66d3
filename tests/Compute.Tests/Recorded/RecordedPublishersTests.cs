using System.Text;
using System.Text.Json.Nodes;
using Bacalhau.Compute.Tests.Engines.Docker;
using Bacalhau.Compute.Tests.Publishers.S3;
using Bacalhau.TestKit.Ipfs;

namespace Bacalhau.Compute.Tests.Recorded;

/// <summary>
/// The recordings in Golden of jobs that published, run here from the container to what lies at the publisher's place: on the node, on a real S3 server, on a real
/// IPFS node. As with <see cref="RecordedJobsTests"/>, Golden/cases.txt names the exceptions.
/// </summary>
[Collection("js-ipfs")] // Its pins are counted.
public sealed class RecordedPublishersTests(RecordedImages images) : IClassFixture<RecordedImages>, IAsyncLifetime
{
    private readonly ResultBucket bucket = new();
    private readonly JsIpfs ipfs = new();
    private DockerWorkshop? docker;
    private RecordedPublishers? publishers;

    public static TheoryData<string> Published => RecordedCases.Of(RecordedCases.Publications, null, found => found.Result is not null);

    public static TheoryData<string> Unpublished => RecordedCases.Of(RecordedCases.Publications, null, found => found.WasCompleted && found.Result is null);

    public static TheoryData<string> Failed => RecordedCases.Of(RecordedCases.Publications, null, found => !found.WasCompleted);

    public static TheoryData<string> Refused => RecordedCases.Of(RecordedCases.Publications, "refused", found => found.WasCompleted);

    public static TheoryData<string> Mended => RecordedCases.Of(RecordedCases.Publications, "completed", found => !found.WasCompleted);

    public async ValueTask InitializeAsync()
    {
        _ = TestDocker.Image;
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the recordings show files of root");
        await bucket.InitializeAsync();
        docker = new DockerWorkshop();
        publishers = new RecordedPublishers(docker.Root, bucket, ipfs);
    }

    public async ValueTask DisposeAsync()
    {
        await (publishers?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (docker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await bucket.DisposeAsync();
        ipfs.Dispose();
    }

    [Theory]
    [MemberData(nameof(Published))]
    public async Task Result_is_published_as_recorded(string name)
    {
        var (recorded, end) = await RunAsync(name);

        Assert.True(end.Published is not null, end.Problem);
        var result = publishers!.Neutral(end.Published);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(recorded.Result!), JsonNode.Parse(result)), result);
        Assert.Equal(recorded.Objects, publishers.Neutral(await publishers.KeysAsync()));
        if (recorded.Archive.Count > 0)
        {
            Assert.Equal(recorded.Archive, (await publishers.MembersAsync(end.Published)).Select(RecordedArchive.Line));
        }
    }

    [Theory]
    [MemberData(nameof(Unpublished))]
    public async Task Without_a_publisher_nothing_is_published(string name)
    {
        var (recorded, end) = await RunAsync(name);

        Assert.Equal(recorded.Output.Stdout, Encoding.UTF8.GetString(end.Output!.Stdout));
        Assert.Null(end.Published);
    }

    [Theory]
    [MemberData(nameof(Failed))]
    public async Task What_cannot_be_published_is_found_before_the_program_runs(string name)
    {
        var (_, end) = await RunAsync(name);

        Assert.False(end.HasRun);
        Assert.NotEmpty(end.Problem);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_led_out_of_the_results_is_refused(string name)
    {
        var (_, end) = await RunAsync(name);

        Assert.False(end.HasRun);
        Assert.NotEmpty(end.Problem);
        Assert.Empty(Directory.GetFiles(docker!.Root, "esc*", SearchOption.AllDirectories));
    }

    [Theory]
    [MemberData(nameof(Mended))]
    public async Task What_failed_or_hung_is_published_here(string name)
    {
        var (recorded, end) = await RunAsync(name);

        Assert.True(end.Published is not null, end.Problem);
        Assert.Equal(recorded.Yaml.Contains("mkfifo", StringComparison.Ordinal), end.Warnings.Any(warning => warning.Contains("outputs/pipe", StringComparison.Ordinal)));
        if (end.Published.Type != "ipfs")
        {
            Assert.NotEmpty((await publishers!.KeysAsync()).Concat((await publishers.MembersAsync(end.Published)).Select(member => member.Name)));
        }
    }

    private async Task<(RecordedCase Case, RecordedEnd End)> RunAsync(string name)
    {
        var recorded = RecordedCases.Publications.Single(found => found.ToString() == name);
        return (recorded, await new RecordedRun(docker!, images) { Publishers = publishers }.RunAsync(recorded).WaitAsync(TimeSpan.FromSeconds(60)));
    }
}
