using System.Globalization;
using System.Text.Json.Nodes;

namespace Bacalhau.Chaos;

/// <summary>Looks whether all is as it should be when nothing is wrong any more: what the orchestrator says, what programs wrote, what nodes keep.</summary>
internal sealed class Inspection(ChaosCluster cluster, Client client)
{
    private const int Completed = 9;
    private static readonly int[] _over = [4, 8, Completed, 10, 11];
    private static readonly TimeSpan _watch = TimeSpan.FromSeconds(2);
    private readonly HashSet<string> settledFirings = [];

    /// <summary>All that is not in order, in words; nothing when all is.</summary>
    /// <param name="jobs">All jobs that were accepted.</param>
    /// <param name="looksAtAll">Also at those that were found in order before.</param>
    public async Task<List<string>> FindProblemsAsync(IReadOnlyList<ChaosJob> jobs, bool looksAtAll)
    {
        var earlier = Traces.Read(cluster.Traces);
        await Task.Delay(_watch, TimeProvider.System);
        var traces = Traces.Read(cluster.Traces);
        List<LiveTrace> live = [.. traces.Since(earlier)];

        if (await client.ListAsync("nodes") is not { } nodes || await client.ListAsync("jobs") is not { } listed)
        {
            return ["the orchestrator does not answer"];
        }

        List<string> problems = [.. FindNodeProblems(nodes)];
        var known = listed.ToLookup(job => (string)job["ID"]!);
        HashSet<string> present = [];
        foreach (var job in jobs.Where(job => !job.IsSettled || looksAtAll))
        {
            if (known[job.Id].FirstOrDefault() is not { } state || await client.ListAsync($"jobs/{job.Id}/executions") is not { } executions)
            {
                problems.Add($"{job} is not known");
                continue;
            }

            present.UnionWith(executions.Where(execution => !IsOver(execution)).Select(IdOf));
            List<string> found = [.. FindJobProblems(job, state, executions, traces, [.. live.Where(trace => trace.Job == job.Name)])];
            if (job.Type == "scheduled")
            {
                found.AddRange(await FindFiringProblemsAsync(job, listed, traces, present, looksAtAll));
            }

            job.IsSettled = found.Count == 0 && job.Expected != Outcome.Runs && job.Type != "scheduled";
            problems.AddRange(found);
        }

        var ended = jobs.Where(job => job.Expected != Outcome.Runs).Select(job => job.Name).ToHashSet();
        problems.AddRange(live.Where(trace => ended.Contains(trace.Job) || trace.Writers > 1)
            .Select(trace => $"execution {trace.Execution} of {trace.Job} still writes, {trace.Writers} at once: {trace.Text}"));
        problems.AddRange(FindLeftovers(present));
        return problems;
    }

    private IEnumerable<string> FindNodeProblems(List<JsonNode> nodes)
    {
        var connected = nodes.Where(node => (string?)node["Connection"] == "CONNECTED").Select(node => (string)node["Info"]!["NodeID"]!).ToHashSet();
        return from member in cluster.Nodes where !connected.Contains(member.Name) select $"{member.Name} is not connected";
    }

    private static IEnumerable<string> FindJobProblems(ChaosJob job, JsonNode state, List<JsonNode> executions, Traces traces, List<LiveTrace> live)
    {
        var name = (string)state["State"]!["StateType"]!;
        var current = executions.Where(execution => (int?)execution["JobVersion"] == (int?)state["Version"]).ToList();
        var isExpected = job.Expected switch
        {
            Outcome.Completes => name == "Completed" || (name == "Failed" && job.HasLostNode && job.Type == "ops"),
            Outcome.Fails => name == "Failed",
            Outcome.Stopped => name == "Stopped" || (name == "Completed" && job.Type == "batch"),
            _ => job.Type == "scheduled" ? name is "Pending" or "Running" or "Queued" : name == "Running",
        };
        if (!isExpected)
        {
            yield return $"{job} is {name}, not as expected ({job.Expected}): {state["State"]!["Message"]}";
        }

        foreach (var problem in FindAcceptanceProblems(job, job.Count, current, traces, name == "Completed"))
        {
            yield return problem;
        }

        if (job.Expected == Outcome.Runs && job.Type != "scheduled")
        {
            foreach (var problem in FindReplicaProblems(job, executions, live))
            {
                yield return problem;
            }
        }
        else if (executions.Where(execution => !IsOver(execution)).Select(IdOf).ToList() is { Count: > 0 } open)
        {
            yield return $"{job} is {name} with executions that are not over: {string.Join(", ", open)}";
        }
    }

    /// <summary>Each partition, or each node of an ops job, is accepted once, and its program says that it has ended well.</summary>
    private static IEnumerable<string> FindAcceptanceProblems(ChaosJob job, int count, List<JsonNode> executions, Traces traces, bool isComplete)
    {
        var accepted = executions.Where(execution => StateOf(execution) == Completed).ToList();
        var places = job.Type == "ops"
            ? accepted.Select(execution => (string)execution["NodeID"]!).Order(StringComparer.Ordinal).ToList()
            : [.. accepted.Select(execution => ((int?)execution["PartitionIndex"] ?? 0).ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal)];
        if (places.Distinct().Count() != places.Count || (isComplete && job.Type != "ops" && places.Count != count) || (isComplete && places.Count == 0))
        {
            yield return $"{job} has accepted {string.Join(", ", places)}";
        }

        foreach (var execution in accepted.Where(execution => !traces.EndedWell(job.Name, IdOf(execution))))
        {
            yield return $"{job} has accepted {IdOf(execution)}, whose program did not end well: {traces.Texts.GetValueOrDefault((job.Name, IdOf(execution)))}";
        }
    }

    private IEnumerable<string> FindLeftovers(HashSet<string> present) =>
        from member in cluster.Nodes
        let folder = Path.Combine(cluster.DataOf(member), "compute", "executions")
        where Directory.Exists(folder)
        from execution in Directory.EnumerateDirectories(folder)
        where !present.Contains(Path.GetFileName(execution))
        select $"{member.Name} keeps the folder of {Path.GetFileName(execution)}, which is over";

    /// <summary>As many programs of the newest version run as there are replicas, or nodes, and no others.</summary>
    private static IEnumerable<string> FindReplicaProblems(ChaosJob job, List<JsonNode> executions, List<LiveTrace> live)
    {
        var open = executions.Where(execution => !IsOver(execution)).ToList();
        var wanted = job.Type == "daemon" ? 5 : job.Count;
        var running = live.Where(trace => trace.Version == job.Version % 10).Select(trace => trace.Execution).ToHashSet();
        if (live.Count != wanted || running.Count != wanted || !running.SetEquals(open.Select(IdOf)))
        {
            yield return $"{job} should have {wanted} running programs of version {job.Version}. Running are: {string.Join(", ", live.Select(trace => $"{trace.Execution} v{trace.Version}"))}. Open are: {string.Join(", ", open.Select(execution => $"{IdOf(execution)} on {execution["NodeID"]} {execution["Phase"]}"))}";
        }

        if (job.Type == "daemon" && open.Select(execution => (string)execution["NodeID"]!).Distinct().Count() != open.Count)
        {
            yield return $"{job} runs twice on a node";
        }
    }

    /// <summary>What the calendar started has completed; what it has just started may still run.</summary>
    private async Task<List<string>> FindFiringProblemsAsync(ChaosJob job, List<JsonNode> listed, Traces traces, HashSet<string> present, bool looksAtAll)
    {
        var problems = new List<string>();
        var now = TimeProvider.System.GetUtcNow();
        foreach (var firing in listed.Where(other => ((string)other["Name"]!).StartsWith(job.Name + "@", StringComparison.Ordinal)))
        {
            var id = (string)firing["ID"]!;
            if (settledFirings.Contains(id) && !looksAtAll)
            {
                continue;
            }

            if (await client.ListAsync($"jobs/{id}/executions") is not { } executions)
            {
                problems.Add($"{firing["Name"]} is not known");
                continue;
            }

            present.UnionWith(executions.Where(execution => !IsOver(execution)).Select(IdOf));
            var state = (string)firing["State"]!["StateType"]!;
            var isNew = now - DateTimeOffset.UnixEpoch.AddMilliseconds((long)firing["CreateTime"]! / 1e6) < TimeSpan.FromSeconds(15);
            List<string> found = state == "Completed" || isNew
                ? [.. FindAcceptanceProblems(job with { Id = id, Type = "batch" }, job.Count, executions, traces, state == "Completed")]
                : [$"{firing["Name"]} ({id}) is {state}: {firing["State"]!["Message"]}"];
            problems.AddRange(found);
            if (state == "Completed" && found.Count == 0)
            {
                settledFirings.Add(id);
            }
        }

        return problems;
    }

    private static string IdOf(JsonNode execution) => (string)execution["ID"]!;

    private static int StateOf(JsonNode execution) => (int)execution["ComputeState"]!["StateType"]!;

    private static bool IsOver(JsonNode execution) => _over.Contains(StateOf(execution));
}
