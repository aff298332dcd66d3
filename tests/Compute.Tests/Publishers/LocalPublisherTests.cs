using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.Local;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Publishers;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Compute.Tests.Publishers;

public sealed class LocalPublisherTests : PublisherConformance
{
    private readonly FakeTimeProvider clock = new(TimeProvider.System.GetUtcNow());
    private readonly HttpClient http = new();
    private LocalResultServer server = null!;
    private long maxBytes = 100_000_000;

    protected override SpecConfig Publisher => Spec.Of("local", ("X", "y"));

    public override async ValueTask InitializeAsync()
    {
        server = await LocalResultServer.StartAsync(Archives, IPAddress.Loopback, 0, default);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Result_is_a_URL_with_the_execution_and_a_secret()
    {
        var execution = NewExecution();

        var result = await PublishAsync(execution, NewResults());

        Assert.Equal("urlDownload", result.Type);
        Assert.Matches($@"^http://127\.0\.0\.1:{server.Port}/{execution}-[0-9a-f]{{32}}\.tar\.gz$", Assert.Single(result.Params).Value.GetString());
    }

    [Fact]
    public async Task Archive_holds_links_as_links_and_the_modes_of_files()
    {
        var folder = NewResults();
        File.CreateSymbolicLink(Path.Combine(folder, "outputs/link"), "sub/made.txt");

        var members = await MembersAsync(await PublishAsync(NewExecution(), folder));

        Assert.Equal(["exitCode", "outputs/", "outputs/bytes", "outputs/link", "outputs/sub/", "outputs/sub/made.txt", "stderr", "stdout"], members.Select(member => member.Name));
        Assert.Equal((TarEntryType.SymbolicLink, "sub/made.txt"), (members[3].EntryType, members[3].LinkName));
    }

    [Fact]
    public async Task Server_lists_nothing_and_knows_nothing_without_the_secret()
    {
        var execution = NewExecution();
        var result = await PublishAsync(execution, NewResults());
        var name = UrlOf(result).AbsolutePath[1..];

        foreach (var path in new[] { "", "/", $"{execution}", $"{execution}.tar.gz", $"{execution}-{new string('0', 32)}.tar.gz", $"%2e%2e/archives/{name}", $"./{name}%00", ".new-x" })
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{server.Port}/{path}"));
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{path}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Cut_download_goes_on_where_it_was_cut()
    {
        var url = UrlOf(await PublishAsync(NewExecution(), NewResults()));
        var whole = await http.GetByteArrayAsync(url);
        using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, url));
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = new RangeHeaderValue(100, null);
        request.Headers.IfRange = new RangeConditionHeaderValue(head.Headers.ETag!);

        using var rest = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, rest.StatusCode);
        Assert.Equal(whole[100..], await rest.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Nothing_can_be_written_to_the_server()
    {
        var url = UrlOf(await PublishAsync(NewExecution(), NewResults()));

        using var answer = await http.DeleteAsync(url);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(url)).StatusCode);
    }

    [Fact]
    public async Task Archive_is_found_by_its_execution_for_the_relay()
    {
        var execution = NewExecution();
        var result = await PublishAsync(execution, NewResults());

        Assert.Equal(UrlOf(result).AbsolutePath[1..], Path.GetFileName(NewPublisher().FindArchive(execution)));
        Assert.Null(NewPublisher().FindArchive(NewExecution()));
        Assert.Null(NewPublisher().FindArchive(new ExecutionId("*")));
    }

    [Fact]
    public async Task Archive_goes_when_it_was_kept_long_enough()
    {
        var result = await PublishAsync(NewExecution(), NewResults());
        clock.Advance(TimeSpan.FromDays(31));

        NewPublisher().DropOld();

        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(UrlOf(result))).StatusCode);
    }

    [Fact]
    public async Task Where_there_is_no_room_beside_what_is_kept_nothing_further_is_published()
    {
        var first = await PublishAsync(NewExecution(), NewResults());
        maxBytes = new FileInfo(Assert.Single(Directory.GetFiles(Archives))).Length * 3 / 2;

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), NewResults()));

        Assert.Equal(("Local:Full", false), (error.Problem.Code, error.IsRefusal));
        Assert.Single(Directory.GetFileSystemEntries(Archives));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(UrlOf(first))).StatusCode);
    }

    [Fact]
    public async Task Results_that_are_published_at_the_same_time_share_the_room()
    {
        await PublishAsync(NewExecution(), NewResults());
        var length = new FileInfo(Assert.Single(Directory.GetFiles(Archives))).Length;
        maxBytes = (length * 5 / 2) + 1;
        var (publisher, leave) = (NewPublisher(), new TaskCompletionSource());
        Task<PublishedResult> Publish() => publisher.PublishAsync(
            new PublishRequest(TargetOf(NewExecution()), NewResults()), _ => leave.Task, new Progress<ExecutionProgress>(), default);
        var (one, other) = (Publish(), Publish());

        var refused = await Task.WhenAny(one, other);
        leave.SetResult();

        Assert.IsType<EngineException>(refused.Exception?.InnerException);
        Assert.Equal("urlDownload", (await (refused == one ? other : one)).Type);
    }

    [Fact]
    public async Task Full_node_is_no_candidate_until_there_is_room_again()
    {
        var execution = NewExecution();
        await PublishAsync(execution, NewResults());
        maxBytes = new FileInfo(Assert.Single(Directory.GetFiles(Archives))).Length;
        var publisher = NewPublisher();

        Assert.Contains("Publishers.Types.Local.MaxSize", await publisher.FindWhyUnavailableAsync(default), StringComparison.Ordinal);
        Assert.Equal([execution], publisher.List());

        publisher.Drop(execution);
        Assert.Null(await publisher.FindWhyUnavailableAsync(default));
        Assert.Empty(publisher.List());
    }

    [Fact]
    public async Task Results_over_the_limit_are_not_published()
    {
        maxBytes = 1000;

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), NewResults()));

        Assert.Contains("Publishers.Types.Local.MaxSize", error.Problem.Message, StringComparison.Ordinal);
        await AssertNothingPublishedAsync();
    }

    [Fact]
    public async Task What_an_earlier_life_of_the_node_did_not_finish_is_cleared()
    {
        await File.WriteAllTextAsync(Path.Combine(Archives, ".new-e-1-0"), "half");

        NewPublisher().Open();

        await AssertNothingPublishedAsync();
    }

    protected override IPublisher CreatePublisher() => NewPublisher();

    protected override async Task<bool> TryFetchAsync(PublishedResult result, string folder)
    {
        using var answer = await http.GetAsync(UrlOf(result));
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        await UnpackAsync(await answer.Content.ReadAsStreamAsync(), folder);
        return true;
    }

    protected override Task AssertNothingPublishedAsync()
    {
        Assert.Empty(Directory.GetFileSystemEntries(Archives));
        return Task.CompletedTask;
    }

    protected override Task AssertNothingVisibleAsync()
    {
        Assert.DoesNotContain(Directory.GetFileSystemEntries(Archives), path => path.EndsWith(".tar.gz", StringComparison.Ordinal));
        return Task.CompletedTask;
    }

    private string Archives => Directory.CreateDirectory(Path.Combine(Root, "archives")).FullName;

    private LocalPublisher NewPublisher() => new(
        new LocalPublisherOptions { Folder = Archives, Address = () => "127.0.0.1", Port = server.Port, MaxBytes = maxBytes }, clock);

    private static Uri UrlOf(PublishedResult result) => new(result.Params["URL"].GetString()!);

    private async Task<List<TarEntry>> MembersAsync(PublishedResult result)
    {
        await using var unpacked = new GZipStream(new MemoryStream(await http.GetByteArrayAsync(UrlOf(result))), CompressionMode.Decompress);
        using var reader = new TarReader(unpacked);
        var members = new List<TarEntry>();
        while (reader.GetNextEntry() is { } entry)
        {
            members.Add(entry);
        }

        return members;
    }
}
