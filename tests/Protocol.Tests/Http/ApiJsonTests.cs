using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Protocol.Tests.Http;

public sealed class ApiJsonTests
{
    /// <summary>A document as the reference writes it comes back byte for byte through the contract.</summary>
    [Theory]
    [InlineData("execution", """{"ID":"e-1b","Namespace":"default","EvalID":"0c","Name":"","NodeID":"n-9a","JobID":"j-6f","JobVersion":1,"AllocatedResources":{"Tasks":{}},"DesiredState":{"StateType":2,"Message":"execution completed"},"ComputeState":{"StateType":9},"PublishedResult":{"Type":""},"RunOutput":{"Stdout":"hi\n","StdoutTruncated":false,"stderr":"","StderrTruncated":false,"ExitCode":0,"ErrorMsg":""},"PreviousExecution":"","NextExecution":"","FollowupEvalID":"","Revision":4,"CreateTime":1735689600200000000,"ModifyTime":1735689602900000000}""")]
    [InlineData("event", """{"SeqNum":3,"Type":"JobLevel","JobID":"j-6f","JobVersion":1,"Event":{"Message":"a \u003c b \u0026 c","Topic":"State Update","Timestamp":"2025-01-01T00:00:01.5Z","Details":{"NewState":"Running"}},"Time":"2025-01-01T00:00:01.500123Z"}""")]
    [InlineData("node", """{"Node":{"Info":{"NodeID":"n-9a","NodeType":"Compute","Labels":{"name":"n-9a","os_arch":"amd64"},"SupportedProtocols":["bprotocol/v2","ncl/v1"],"ComputeNodeInfo":{"ExecutionEngines":["docker","wasm"],"Publishers":["local","noop"],"StorageSources":["urldownload","inline"],"MaxCapacity":{"CPU":6.4,"Memory":12884901888,"Disk":80000000000},"QueueCapacity":{},"AvailableCapacity":{"CPU":6.4},"MaxJobRequirements":{"CPU":6.4},"RunningExecutions":0,"EnqueuedExecutions":0,"address":"10.0.0.5"},"BacalhauVersion":{"Major":"1","Minor":"7","GitVersion":"v1.7.0","GitCommit":"d6","BuildDate":"2025-05-01T10:00:00Z","GOOS":"linux","GOARCH":"amd64"}},"Membership":"APPROVED","Connection":"CONNECTED","ConnectionState":{"Status":"CONNECTED","LastHeartbeat":"2025-05-02T08:00:00.1Z","ConnectedSince":"2025-05-02T07:00:00Z","DisconnectedSince":"0001-01-01T00:00:00Z"}}}""")]
    [InlineData("put", """{"JobID":"j-1","EvaluationID":"5d","Warnings":null}""")]
    [InlineData("error", """{"Status":404,"Message":"job not found: j-123","RequestID":"","Code":"NotFound","Component":"JobStore"}""")]
    [InlineData("frame", """{"error":"job not found: ü 🐟","value":{"Type":0,"Line":""}}""")]
    [InlineData("results", """{"NextToken":"","Items":[{"Type":"urlDownload","Params":{"URL":"http://h/e.tar.gz?a=1\u0026b=2"}}]}""")]
    public void A_recorded_document_is_read_and_written_unchanged(string kind, string document) => Assert.Equal(document, RoundTrip(kind, document));

    [Fact]
    public void Keys_match_without_case() =>
        Assert.Equal("x", JsonSerializer.Deserialize("""{"REASON":"x"}""", ApiJson.Wire.StopJobRequest)!.Reason);

    [Fact]
    public void Nanoseconds_are_read_to_the_tick() =>
        Assert.Equal(new DateTimeOffset(2025, 1, 1, 0, 0, 1, TimeSpan.Zero).AddTicks(1234567),
            JsonSerializer.Deserialize("""{"Message":"","Topic":"","Timestamp":"2025-01-01T02:00:01.123456789+02:00"}""", ApiJson.Wire.EventView)!.Timestamp);

    [Fact]
    public void The_results_context_leaves_ampersands_alone()
    {
        var list = new ResultListView("", ImmutableArray.Create(new PublishedResultView("a&b")));
        Assert.Equal("""{"NextToken":"","Items":[{"Type":"a&b"}]}""", JsonSerializer.Serialize(list, ApiJson.Results.ResultListView));
    }

    private static string RoundTrip(string kind, string document) => kind switch
    {
        "execution" => Through(document, ApiJson.Wire.ExecutionView),
        "event" => Through(document, ApiJson.Wire.HistoryEventView),
        "node" => Through(document, ApiJson.Wire.GetNodeResponse),
        "put" => Through(document, ApiJson.Wire.PutJobResponse),
        "error" => Through(document, ApiJson.Wire.ErrorView),
        "frame" => Through(document, ApiJson.Wire.LogFrameView),
        _ => Through(document, ApiJson.Wire.ResultListView),
    };

    private static string Through<T>(string document, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Serialize(JsonSerializer.Deserialize(document, type)!, type);
}
