using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Orchestrator.Tests.Http;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using static Bacalhau.Orchestrator.Tests.Results.PublishedJobs;

namespace Bacalhau.Orchestrator.Tests.Results;

/// <summary>Results that lie on their node, through the orchestrator.</summary>
public sealed class ResultRelayTests
{
    private const int PieceBytes = 10;
    private static readonly byte[] _archive = [.. Enumerable.Range(0, 35).Select(number => (byte)number)];

    [Fact]
    public async Task Result_is_relayed_whole_piece_by_piece()
    {
        await using var cluster = await ApiAsync();
        using var answer = await cluster.Client.SendAsync(Request(await PublishAsync(cluster, "aa")));

        Assert.Equal((HttpStatusCode.OK, 35), (answer.StatusCode, answer.Content.Headers.ContentLength));
        Assert.Equal(("\"aa\"", "bytes"), (answer.Headers.ETag!.Tag, answer.Headers.AcceptRanges.Single()));
        Assert.Equal(_archive, await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(34)]
    public async Task Download_that_broke_off_anywhere_goes_on(int from)
    {
        await using var cluster = await ApiAsync();
        using var answer = await cluster.Client.SendAsync(Request(await PublishAsync(cluster, "aa"), from, "\"aa\""));

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal((from, 34, 35, 35 - from), (answer.Content.Headers.ContentRange!.From, answer.Content.Headers.ContentRange.To, answer.Content.Headers.ContentRange.Length, answer.Content.Headers.ContentLength));
        Assert.Equal(_archive[from..], await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("aa", "\"bb\"")]
    [InlineData("", "\"aa\"")]
    public async Task Another_content_or_one_of_which_nothing_is_known_is_sent_whole(string digest, string tag)
    {
        await using var cluster = await ApiAsync();
        using var answer = await cluster.Client.SendAsync(Request(await PublishAsync(cluster, digest), 10, tag));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(_archive, await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task What_lies_beyond_the_end_is_no_part()
    {
        await using var cluster = await ApiAsync();
        using var answer = await cluster.Client.SendAsync(Request(await PublishAsync(cluster, "aa"), 35, "\"aa\""));

        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, 35), (answer.StatusCode, answer.Content.Headers.ContentRange!.Length));
    }

    private static Task<ApiCluster> ApiAsync() => StartAsync(new());

    /// <summary>A job with a result that its node keeps and gives; the path of it.</summary>
    private static async Task<string> PublishAsync(ApiCluster cluster, string digest)
    {
        var node = await cluster.RunAsync(context => context.Draft.Node(new NodeId("n-1"))!);
        await cluster.Hub.Connect("node").SubscribeAsync(Subjects.ResultsOfNode(node.Id, node.Session!.Value), AnswerAsync, CancellationToken.None);
        var result = new PublishedResult { Type = "urlDownload", Metadata = new ResultMetadata { Files = 1, ArchiveSha256 = digest } };
        var (job, execution) = await CompleteAsync(cluster, result, "local", "{}");
        return $"/api/v1/orchestrator/jobs/{job}/results/{execution}";
    }

    private static Task AnswerAsync(LinkMessage message)
    {
        var start = (int)Math.Min(_archive.Length, JsonSerializer.Deserialize(message.Payload.Span, MessageJson.Default.ResultRequest)!.Offset);
        var next = Math.Min(_archive.Length, start + PieceBytes);
        var piece = new Piece { Bytes = _archive[start..next], Next = next, Total = _archive.Length, IsEnd = next == _archive.Length };
        return message.Answer!(JsonSerializer.SerializeToUtf8Bytes(piece, MessageJson.Default.Piece));
    }

    private static HttpRequestMessage Request(string path, int? from = null, string tag = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (from is not null)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }

        return request;
    }
}
