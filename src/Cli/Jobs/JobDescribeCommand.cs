using System.Text.Json;
using System.Text.Json.Nodes;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;
using Bacalhau.Protocol.Json;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job describe</c>.</summary>
internal static class JobDescribeCommand
{
    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Text);

    /// <summary>The command.</summary>
    public static Command Create() => new("describe", "Show all about a job")
    {
        Arguments = "JOB",
        Flags = [JobFlags.Version, JobFlags.Namespace, .. _output.Single],
        Count = ArgumentCount.Exactly(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var query = JobFlags.Query(invocation).With("include", "executions,history").With("job_version", invocation.Get(JobFlags.Version));
        var answer = await client.GetAsync(ApiClient.Job(invocation.Words[0]), query, cancellation);
        answer = await WithAllExecutionsAsync(client, answer, cancellation);
        var writer = new ResultWriter(invocation, _output);
        if (writer.Format == OutputFormat.Text)
            new JobDescription(invocation.Host, answer.Deserialize(ApiJson.Wire.GetJobResponse)!).Write();
        else
            writer.WriteObject(answer.GetRawText());
        return 0;
    }

    /// <summary>The answer with the executions that did not fit into it.</summary>
    private static async Task<JsonElement> WithAllExecutionsAsync(ApiClient client, JsonElement answer, CancellationToken cancellation)
    {
        if (!answer.TryGetProperty("Executions", out var first) || ApiClient.NextTokenOf(first) is not { Length: > 0 } token)
            return answer;
        var job = answer.GetProperty("Job").Deserialize(ApiJson.Wire.JobSummaryView)!;
        var whole = JsonObject.Create(answer)!;
        var executions = whole["Executions"]!;
        var query = new ApiQuery().With("job_version", job.Version).With("next_token", token);
        await foreach (var page in client.GetPagesAsync(ApiClient.Job(job.ID, "/executions"), query, cancellation))
        {
            foreach (var execution in page.GetProperty("Items").EnumerateArray())
                executions["Items"]!.AsArray().Add((JsonNode?)JsonObject.Create(execution));
        }
        executions["NextToken"] = "";
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new() { Encoder = GoJsonEncoder.Html }))
            whole.WriteTo(writer);
        return JsonElement.Parse(text.GetBuffer().AsSpan(0, (int)text.Length));
    }
}
