using System.Text.Json;
using System.Text.Json.Serialization;
using Bacalhau.Protocol.Json;

namespace Bacalhau.Protocol.Http;

/// <summary>JSON of the public API: key names as declared, input matched without case, text escaped as the reference does.</summary>
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(PutJobRequest))]
[JsonSerializable(typeof(PutJobResponse))]
[JsonSerializable(typeof(DiffJobRequest))]
[JsonSerializable(typeof(DiffJobResponse))]
[JsonSerializable(typeof(GetJobResponse))]
[JsonSerializable(typeof(JobListView))]
[JsonSerializable(typeof(JobSummaryView))]
[JsonSerializable(typeof(StopJobRequest))]
[JsonSerializable(typeof(StopJobResponse))]
[JsonSerializable(typeof(DeleteJobResponse))]
[JsonSerializable(typeof(ExecutionListView))]
[JsonSerializable(typeof(ResultListView))]
[JsonSerializable(typeof(ResultFilesView))]
[JsonSerializable(typeof(HistoryListView))]
[JsonSerializable(typeof(NodeListView))]
[JsonSerializable(typeof(GetNodeResponse))]
[JsonSerializable(typeof(NodeInfoView))]
[JsonSerializable(typeof(BuildVersionView))]
[JsonSerializable(typeof(AliveView))]
[JsonSerializable(typeof(ErrorView))]
[JsonSerializable(typeof(VersionRefusalView))]
[JsonSerializable(typeof(AgentConfigView))]
[JsonSerializable(typeof(AgentDebugView))]
[JsonSerializable(typeof(AuthConfigView))]
[JsonSerializable(typeof(AuthMethodView))]
[JsonSerializable(typeof(AuthMethodListView))]
[JsonSerializable(typeof(AuthenticateRequest))]
[JsonSerializable(typeof(AuthenticateResponse))]
[JsonSerializable(typeof(SignedChallenge))]
[JsonSerializable(typeof(RerunJobRequest))]
[JsonSerializable(typeof(RerunJobResponse))]
[JsonSerializable(typeof(NodeActionRequest))]
[JsonSerializable(typeof(NodeActionResponse))]
[JsonSerializable(typeof(LogFrameView))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The context that endpoints and clients use.</summary>
    public static ApiJson Wire { get; } = new(CreateOptions(GoJsonEncoder.Html));

    /// <summary>The context of the results endpoint, which leaves <c>&amp;</c> alone.</summary>
    public static ApiJson Results { get; } = new(CreateOptions(GoJsonEncoder.Plain));

    /// <summary>Options of the public API's JSON, for hosts that combine it with other contexts.</summary>
    public static JsonSerializerOptions CreateOptions(GoJsonEncoder encoder)
    {
        var options = new JsonSerializerOptions { PropertyNameCaseInsensitive = true, Encoder = encoder };
        options.Converters.Add(new GoTimeConverter());
        return options;
    }
}
