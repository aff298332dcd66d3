using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>The HTTP API of a node, as any client uses it.</summary>
internal sealed class Api(int port) : IDisposable
{
    private const int Completed = 9;
    private static readonly string[] _ends = ["Completed", "Failed", "Stopped"];
    private readonly HttpClient client = new() { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api/v1/")), Timeout = TimeSpan.FromSeconds(30) };

    public async Task<bool> IsAliveAsync()
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("agent/alive", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Sends a job and gives what is answered, whatever it is.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> TrySubmitAsync(JsonObject job, string token = "")
    {
        var request = new JsonObject { ["Job"] = job.DeepClone(), ["IdempotencyToken"] = token };
        using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await client.PutAsync(new Uri("orchestrator/jobs", UriKind.Relative), content);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    /// <summary>Submits a job that is to be accepted.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> SubmitAsync(JsonObject job, string token = "")
    {
        var (status, body) = await TrySubmitAsync(job, token);
        Assert.True(status == HttpStatusCode.OK, $"Submit was answered with {(int)status}: {body}");
        return (string)body["JobID"]!;
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await client.GetAsync(new Uri("orchestrator/" + path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new HttpRequestException($"{path}: {(int)answer.StatusCode} {text}");
    }

    public async Task<JsonNode> JobAsync(string id) => (await GetAsync("jobs/" + id))["Job"]!;

    public async Task<List<JsonNode>> ExecutionsAsync(string id) => [.. (await GetAsync($"jobs/{id}/executions"))["Items"]!.AsArray().Select(item => item!)];

    public async Task<List<JsonNode>> NodesAsync() => [.. (await GetAsync("nodes"))["Nodes"]!.AsArray().Select(item => item!)];

    public async Task StopAsync(string id)
    {
        using var answer = await client.DeleteAsync(new Uri("orchestrator/jobs/" + id, UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Does something to a node, as an operator does.</summary>
    public async Task ActAsync(string node, string action)
    {
        using var content = new StringContent($$"""{"Action":"{{action}}"}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PutAsync(new Uri("orchestrator/nodes/" + node, UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until a job has ended.</summary>
    /// <returns>The job.</returns>
    public Task<JsonNode> EndOfAsync(string id, double seconds = 60) => Eventually.SeesAsync($"end of job {id}", async () =>
        await TryJobAsync(id) is { } job && _ends.Contains(StateOf(job)) ? job : null, seconds);

    /// <summary>Waits until a job has an execution in a state that the node reports only once the program runs.</summary>
    public Task<JsonNode> RunningExecutionAsync(string id) => Eventually.SeesAsync($"running execution of {id}", async () =>
        (await ExecutionsAsync(id)).FirstOrDefault(execution => (string?)execution["Phase"] == "running"));

    /// <summary>Waits until so many compute nodes are connected.</summary>
    public Task WaitForNodesAsync(int count) => Eventually.SeesAsync($"{count} connected nodes", async () =>
        (await NodesAsync()).Count(node => (string?)node["Connection"] == "CONNECTED" && (string?)node["Info"]!["NodeType"] == "Compute") == count ? "" : null);

    public static string StateOf(JsonNode job) => (string)job["State"]!["StateType"]!;

    public static string MessageOf(JsonNode job) => (string?)job["State"]!["Message"] ?? "";

    /// <summary>Partitions of the executions that completed, in order: one that stands twice was accepted twice.</summary>
    public async Task<int[]> CompletedPartitionsAsync(string id) =>
        [.. (await ExecutionsAsync(id)).Where(execution => (int)execution["ComputeState"]!["StateType"]! == Completed).Select(execution => (int?)execution["PartitionIndex"] ?? 0).Order()];

    public void Dispose() => client.Dispose();

    /// <summary>The job; null while the orchestrator is away.</summary>
    private async Task<JsonNode?> TryJobAsync(string id)
    {
        try
        {
            return await JobAsync(id);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
