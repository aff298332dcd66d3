using System.Text;
using System.Text.Json;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>A request that is refused says clearly why, and leaves everything as it was.</summary>
public sealed class RefusedRequestTests
{
    private const string Jobs = "/api/v1/orchestrator/jobs";
    private const string Nodes = "/api/v1/orchestrator/nodes";

    /// <summary>Method, path, body, status, and words that the message or its hint must hold.</summary>
    public static TheoryData<string, string, string, int, string> Refused => new()
    {
        { "DELETE", Jobs + "/ended", "{}", 409, "cannot be stopped: it is Completed already" },
        { "DELETE", Jobs + "/nobody", "{}", 404, "job not found: nobody" },
        { "PUT", Jobs + "/ended/rerun", """{"JobVersion":7}""", 404, "job ended has no version 7; its latest is 1" },
        { "PUT", Jobs + "/ended/rerun", """{"JobVersion":-1}""", 404, "has no version -1" },
        { "PUT", Jobs + "/nobody/rerun", "{}", 404, "job not found: nobody" },
        { "PUT", Jobs + "/waiting/rerun", "{}", 409, "job waiting cannot be run again: it is Pending" },
        { "PUT", Jobs + "/served/delete", "", 409, "cannot be deleted: it has not ended" },
        { "PUT", Jobs + "/nobody/delete", "", 404, "job not found: nobody" },
        { "PUT", Jobs, Job("served", "batch"), 400, "is a service job; an update cannot change its type to batch" },
        { "PUT", Jobs, Job("ended", "ops"), 400, "is a batch job; an update cannot change its type to ops" },
        { "PUT", Jobs, Job("new", "batch", "\"Rollout\":{\"MaxSurge\":1}"), 400, "batch jobs have no rollout" },
        { "PUT", Jobs, Job("new", "batch", "\"Schedule\":{\"Cron\":\"61 * * * *\"}"), 400, "'61 * * * *' is no cron line" },
        { "PUT", Jobs, Job("new", "batch", "\"Schedule\":{\"Cron\":\"0 0 30 2 *\"}"), 400, "never fires" },
        { "PUT", Jobs, Job("new", "batch", "\"Schedule\":{\"Cron\":\"@daily\",\"TimeZone\":\"Mars/Olympus\"}"), 400, "there is no time zone 'Mars/Olympus'" },
        { "PUT", Jobs, Job("new", "service", "\"Schedule\":{\"Cron\":\"@daily\"}"), 400, "run all the time and have no schedule" },
        { "PUT", Jobs, Job("served", "service", "\"Rollout\":{\"MaxSurge\":-1}"), 400, "Rollout.MaxSurge" },
        { "PUT", Jobs + "/diff", Job("nobody", "batch"), 404, "there is none named nobody" },
        { "PUT", Jobs + "/diff", Job("", "batch"), 400, "needs a name" },
        { "PUT", Nodes + "/n-nobody", """{"Action":"drain"}""", 404, "n-nobody" },
        { "PUT", Nodes + "/n-1", """{"Action":"undrain"}""", 409, "is not being drained" },
        { "PUT", Nodes + "/n-1", """{"Action":"drian"}""", 400, "drian" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Refusal_has_words_and_changes_nothing(string method, string path, string body, int status, string words)
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        var scenes = new Scenes(cluster);
        await scenes.EndAsync(await scenes.SubmitAsync("ended", "default", "{}"), ObservedOutcome.Completed);
        await scenes.PlaceAsync(await scenes.SubmitAsync("served", "default", "{}", type: "service"));
        await scenes.SubmitAsync("waiting", "default", "{}");
        var before = await ReadAllAsync(cluster.Client);

        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await cluster.Client.SendAsync(request);

        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal((status, status), ((int)answer.StatusCode, problem.GetProperty("Status").GetInt32()));
        Assert.Contains(words, problem.GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await ReadAllAsync(cluster.Client));
    }

    private static string Job(string name, string type, string more = "\"Count\":1") => $$"""
        {"Job":{"Name":"{{name}}","Type":"{{type}}",{{more}},"Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"busybox:1.35-local"} } } ] } }
        """;

    /// <summary>All that the API shows of the jobs and nodes, but for the seconds of signs of life.</summary>
    private static async Task<string> ReadAllAsync(HttpClient client)
    {
        var text = new StringBuilder();
        string[] jobs = ["ended", "served", "waiting"];
        foreach (var path in jobs.SelectMany(job => (string[])[$"{job}?include=executions", $"{job}/history?all_job_versions=true", $"{job}/versions"]))
        {
            text.AppendLine(await client.GetStringAsync(new Uri($"{Jobs}/{path}", UriKind.Relative)));
        }

        text.AppendLine(await client.GetStringAsync(new Uri(Jobs, UriKind.Relative)));
        return text.AppendLine(await client.GetStringAsync(new Uri(Nodes, UriKind.Relative))).ToString();
    }
}
