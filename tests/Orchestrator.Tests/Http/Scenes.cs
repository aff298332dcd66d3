using System.Globalization;
using System.Text;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.Jobs;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>
/// Brings a cluster into the state in which the recorded one was, by the real decisions. A scene is the state of a job, as <c>completed</c>, of a type other than
/// batch as <c>service.running</c>, and what is done to it then, as <c>completed+update+completed</c>. Others need a
/// cluster of their own: <c>completed:team-b/ver</c> gives the job a name, <c>after:updates/create-v1</c> sends the request of another case before, lets
/// its job end and has one that runs, <c>many:109</c> makes that many jobs, <c>nodes:…</c> is in <see cref="NodeScene"/>.
/// </summary>
internal sealed class Scenes(ApiCluster cluster)
{
    public static readonly NodeId FirstNode = new("n-11111111-0000-4000-8000-000000000000");

    public static readonly NodeId SecondNode = new("n-22222222-0000-4000-8000-000000000000");

    private int last;

    /// <summary>Nodes and jobs that lists show: five jobs <c>page-0</c> to <c>page-4</c> in the namespace <c>paging</c>.</summary>
    public async Task BuildListsAsync()
    {
        await cluster.JoinAsync(FirstNode.Value, ("zone", "a"), ("disk", "ssd"));
        await cluster.JoinAsync(SecondNode.Value, ("zone", "b"), ("tier", "1"));
        for (var index = 0; index < 5; index++)
        {
            var labels = $$"""{"i":"{{index}}","even":"{{(index % 2 == 0 ? "yes" : "no")}}"{{(index == 3 ? ",\"special\":\"1\"" : "")}}}""";
            await SubmitAsync($"page-{index}", "paging", labels);
        }

        await CompleteAllAsync();
    }

    /// <summary>The state in which the job of a recorded answer was.</summary>
    public static string SceneOf(GoldenCase recorded)
    {
        if (!recorded.Response.TryGetProperty("body", out var body))
        {
            return "completed";
        }

        if (!body.TryGetProperty("Job", out var job))
        {
            return body.TryGetProperty("Items", out var items) && items.GetArrayLength() > 0 ? "published" : "completed";
        }

        var state = job.GetProperty("State").GetProperty("StateType").GetString()!.ToLowerInvariant();
        var executions = body.TryGetProperty("Executions", out var listed) ? listed.GetProperty("Items") : default;
        var hasExecutions = executions.ValueKind == JsonValueKind.Array && executions.GetArrayLength() > 0;
        return state switch
        {
            "completed" when !hasExecutions && executions.ValueKind == JsonValueKind.Array => "empty",
            "completed" when hasExecutions && executions[0].GetProperty("PublishedResult").TryGetProperty("Params", out _) => "published",
            "failed" when !hasExecutions && executions.ValueKind == JsonValueKind.Array => "unplaceable",
            _ => state,
        };
    }

    /// <summary>What placeholders stand for where no job is needed.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } =
        new Dictionary<string, string>(ClientKeyAnswers.Names(ApiServer.Node)) { ["allowed-dir"] = "/allowed", ["port"] = "8080" };

    /// <summary>Whether a scene needs a cluster of its own.</summary>
    public static bool IsAlone(string scene) => scene.Contains(':', StringComparison.Ordinal);

    /// <summary>Builds a scene.</summary>
    /// <returns>What the placeholders of a request stand for.</returns>
    public async Task<IReadOnlyDictionary<string, string>> BuildAsync(string scene)
    {
        if (scene.Split(':', 2) is not [var kind, var detail])
        {
            return await BuildJobAsync(scene, "default", $"scene-{++last}");
        }

        if (kind == "nodes")
        {
            var id = await NodeScene.BuildAsync(cluster, this, detail);
            return new Dictionary<string, string>(Names) { ["node-id"] = id, ["node-id prefix"] = id[..10] };
        }

        if (cluster.Writer.Current.Nodes.IsEmpty)
        {
            await cluster.JoinAsync(FirstNode.Value);
        }

        switch (kind)
        {
            case "many":
                for (var count = int.Parse(detail, CultureInfo.InvariantCulture); count > 0; count--)
                {
                    await SubmitAsync($"scene-{++last}", "default", "{}");
                }

                return Names;
            case "after":
                await SubmitAsync("earlier", "default", "{}");
                await GoldenExchange.SendAsync(cluster.Client, GoldenCase.All[detail], Names);
                await CompleteAllAsync();
                return await BuildJobAsync("running", "default", "later");
            default:
                return detail.Split('/') is [var space, var name] ? await BuildJobAsync(kind, space, name) : await BuildJobAsync(kind, "default", detail);
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> BuildJobAsync(string state, string space, string name)
    {
        var (type, steps) = state.Split('.') is [var given, var rest] ? (given, rest) : ("batch", state);
        var constraints = steps.StartsWith("nowhere", StringComparison.Ordinal) ? """[{"Key":"zone","Operator":"=","Values":["nowhere"]}]""" : "[]";
        var job = await SubmitAsync(name, space, "{}", steps.StartsWith("empty", StringComparison.Ordinal) ? 0 : 1, type, constraints);
        foreach (var step in steps.Split('+'))
        {
            await BringAsync(job, step, count => SubmitAsync(name, space, "{}", count, type, constraints));
        }

        return NamesOf(job);
    }

    private async Task BringAsync(JobId job, string state, Func<int, Task<JobId>> submit)
    {
        switch (state)
        {
            case "update":
                await submit(1);
                break;
            case "to-0":
                await submit(0);
                break;
            case "rerun":
                await cluster.Jobs.RerunAsync(job, 0, CancellationToken.None);
                break;
            case "nowhere" or "plan":
                await cluster.PlanAsync();
                break;
            case "pending" or "empty":
                break;
            case "running":
                await PlaceAsync(job);
                break;
            case "completed":
                await EndAsync(job, ObservedOutcome.Completed);
                break;
            case "published":
                await EndAsync(job, ObservedOutcome.Completed, seen => seen with { PublishedResult = Result() });
                break;
            case "failed":
                await FailAsync(job);
                break;
            case "unplaceable":
                await EndJobAsync(job, JobState.Failed);
                break;
            case "queued":
                await QueueAsync(job);
                break;
            case "stopped-queued":
                await QueueAsync(job);
                await cluster.Jobs.StopAsync(job, "changed my mind", CancellationToken.None);
                break;
            case "lost":
                await PlaceAsync(job);
                await cluster.LoseNodesAsync();
                break;
            case "stopped":
                await PlaceAsync(job);
                await cluster.Jobs.StopAsync(job, "no longer needed", CancellationToken.None);
                await cluster.ReportAsync(cluster.ExecutionsOf(job)[0].Id, ObservedOutcome.Stopped);
                break;
            default:
                throw new ArgumentException($"no scene is called {state}", nameof(state));
        }
    }

    private Dictionary<string, string> NamesOf(JobId job)
    {
        var execution = cluster.ExecutionsOf(job) is [var first, ..] ? first.Id.Value : "e-none";
        return new Dictionary<string, string>(Names)
        {
            ["job-id"] = job.Value,
            ["job-id short"] = job.Value[..10],
            ["job-id prefix"] = job.Value[..7],
            ["exec-id"] = execution,
            ["exec-id short"] = execution[..Math.Min(10, execution.Length)],
            ["unix seconds"] = "0",
            ["node-id"] = FirstNode.Value,
            ["node-id short"] = FirstNode.Value[..10],
            ["node-id-2"] = SecondNode.Value,
            ["uuid"] = FirstNode.Value[2..],
        };
    }

    public async Task<JobId> SubmitAsync(string name, string space, string labels, int count = 1, string type = "batch", string constraints = "[]")
    {
        var document = JsonElement.Parse($$"""
            {"Name":"{{name}}","Namespace":"{{space}}","Type":"{{type}}","Count":{{count}},"Labels":{{labels}},"Constraints":{{constraints}},"Tasks":[{"Name":"main",
            "Engine":{"Type":"docker","Params":{"Image":"busybox:1.35-local","Parameters":["sh","-c","echo hi"] } },"Resources":{"CPU":"10m","Memory":"1Mb"} } ]}
            """);
        var answer = await cluster.Jobs.SubmitAsync(new JobSubmitRequest { Document = document, Force = true }, CancellationToken.None);
        return new JobId(answer.JobID);
    }

    public async Task<LiveExecution> PlaceAsync(JobId job)
    {
        // Nodes of an ops or daemon job are chosen by one plan, and have their executions by the next.
        await cluster.PlanAsync();
        await cluster.PlanAsync();
        return cluster.ExecutionsOf(job).Last(execution => !execution.IsEnded);
    }

    public async Task EndAsync(JobId job, ObservedOutcome outcome, Func<Observation, Observation>? change = null)
    {
        var execution = await PlaceAsync(job);
        await cluster.ReportAsync(execution.Id, outcome, seen =>
        {
            seen = seen with { Output = new RunOutput { Stdout = Encoding.UTF8.GetBytes("hi\n") } };
            return change?.Invoke(seen) ?? seen;
        });
    }

    private Task<bool> QueueAsync(JobId job) => cluster.RunAsync(context =>
    {
        var live = context.Draft.Job(job)!;
        context.Draft.Put(live with { State = JobState.Queued, Message = "no room", Revision = live.Revision + 1, ModifiedAt = context.Now });
        context.Draft.Record(live, new HistoryEvent(null, JobEvents.Queueing, "Job queued. no room", context.Now));
        return true;
    });

    private async Task FailAsync(JobId job)
    {
        var problem = new ExecutionProblem("Docker:ImageNotFound", "there is no image busybox:1.35-local", "pull it");
        await EndAsync(job, ObservedOutcome.Failed, seen => seen with { Problem = problem, Events = [Happened(problem)] });
        if (!cluster.Queries.Job(job)!.State.IsTerminal())
        {
            await EndJobAsync(job, JobState.Failed);
        }
    }

    private Task<bool> EndJobAsync(JobId job, JobState state) => cluster.RunAsync(context =>
    {
        var problem = new ExecutionProblem("Scheduler:NoMatchingNode", "no node has this engine");
        JobConclusion.End(context.Draft, context.Draft.Job(job)!, state, problem.Message, JobEvents.Failed(null, JobEvents.Scheduling, problem, context.Now), context.Now);
        return true;
    });

    private async Task CompleteAllAsync()
    {
        await cluster.PlanAsync();
        foreach (var execution in cluster.Writer.Current.Executions.Values.OrderBy(execution => cluster.Queries.Job(execution.Job)!.Key))
        {
            await cluster.ReportAsync(execution.Id, ObservedOutcome.Completed);
        }
    }

    private static ExecutionEvent Happened(ExecutionProblem problem) =>
        new("Exec Scanning", problem.Message, 0, TextMap.Empty.Add("IsError", "true"));

    private static PublishedResult Result()
    {
        var result = new PublishedResult { Type = "urlDownload" };
        return result with { Params = result.Params.Add("URL", JsonElement.Parse("\"http://127.0.0.1:6001/e.tar.gz?a=1&b=2\"")) };
    }
}
