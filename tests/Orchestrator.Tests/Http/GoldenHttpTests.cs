using System.Text.RegularExpressions;
using Bacalhau.Orchestrator.Http;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>Our API against the recordings.</summary>
public sealed partial class GoldenHttpTests(GoldenHttpTests.Servers servers) : IClassFixture<GoldenHttpTests.Servers>
{
    public static TheoryData<string> ExactCases => [.. GoldenTable.CasesOf(GoldenTier.Exact)];

    [Theory]
    [MemberData(nameof(ExactCases))]
    public async Task Answers_as_recorded(string id)
    {
        var recorded = GoldenCase.All[id];
        var answer = await servers.AskAsync(recorded, GoldenTable.RuleOf(id)!.Scene);
        Assert.Equal("", string.Join("\n", Differences(recorded, answer)));
    }

    public static TheoryData<string> DifferentCases => [.. GoldenTable.CasesOf(GoldenTier.Different).Where(id => GoldenTable.RuleOf(id)!.Status != 101)];

    [Theory]
    [MemberData(nameof(DifferentCases))]
    public async Task Answers_otherwise_as_the_table_says(string id)
    {
        var recorded = GoldenCase.All[id];
        var rule = GoldenTable.RuleOf(id)!;
        var scene = rule.Scene.Length == 0 && NeedsState(id) ? Scenes.SceneOf(recorded) : rule.Scene;
        var answer = await servers.AskAsync(recorded, scene);
        Assert.Equal(rule.Status, answer.Status);
        Assert.Equal("application/json", answer.Headers["Content-Type"]);
    }

    public static TheoryData<string> ShapeCases => [.. GoldenTable.CasesOf(GoldenTier.Shape)];

    [Theory]
    [MemberData(nameof(ShapeCases))]
    public async Task Answers_in_the_recorded_shape(string id)
    {
        var recorded = GoldenCase.All[id];
        var scene = GoldenTable.RuleOf(id)!.Scene;
        var answer = await servers.AskAsync(recorded, scene.Length == 0 ? Scenes.SceneOf(recorded) : scene);
        Assert.Equal(recorded.Status, answer.Status);
        var body = recorded.Response.GetProperty("body");
        var differences = GoldenComparison.Shape(body, answer.Json).Concat(GoldenComparison.States(body, answer.Json));
        Assert.Equal("", string.Join("\n", differences));
    }

    [Fact]
    public void Every_difference_is_named_by_its_rule()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "compatibility.md"));
        var casesOfRule = RulePattern().Matches(text).ToDictionary(
            rule => rule.Groups[1].Value,
            rule => CasePattern().Matches(rule.Value.Split("Cases:") is [_, var cases] ? cases : "").Select(found => found.Groups[1].Value).ToList());
        Assert.DoesNotContain(
            GoldenTable.CasesOf(GoldenTier.Different),
            id => !casesOfRule.TryGetValue(GoldenTable.RuleOf(id)!.Reason, out var named) || !named.Exists(pattern => GoldenRule.Covers(pattern, id)));
    }

    [Fact]
    public void Every_case_for_later_says_what_is_missing()
    {
        var reasons = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "README.md"));
        Assert.DoesNotContain(GoldenTable.Rules, rule => rule.Tier == GoldenTier.Later && !reasons.Contains($"- **{rule.Reason}**", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_case_has_a_tier() => Assert.DoesNotContain(GoldenCase.All.Keys, id => GoldenTable.RuleOf(id) is null);

    [Fact]
    public void Every_line_of_the_table_covers_a_case() =>
        Assert.Empty(GoldenTable.Rules.Where(rule => !GoldenCase.All.Keys.Any(id => GoldenTable.RuleOf(id) == rule)).Select(rule => rule.Pattern));

    [Fact]
    public void Cases_for_later_are_counted()
    {
        var output = TestContext.Current.TestOutputHelper;
        var later = GoldenTable.CasesOf(GoldenTier.Later).ToList();
        output?.WriteLine($"{later.Count} of {GoldenCase.All.Count} recorded exchanges are for later:");
        foreach (var missing in later.GroupBy(id => GoldenTable.RuleOf(id)!.Reason).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            output?.WriteLine($"{missing.Count()} for {missing.Key}: {string.Join(' ', missing)}");
        }
    }

    /// <summary>Whether a case asks for a job or node that must be there.</summary>
    private static bool NeedsState(string id) => GoldenCase.All[id].Request.GetRawText().Contains("-id", StringComparison.Ordinal);

    private static List<string> Differences(GoldenCase recorded, GoldenAnswer answer)
    {
        var response = recorded.Response;
        var found = new List<string>();
        if (answer.Status != recorded.Status)
        {
            found.Add($"status is {answer.Status}, not {recorded.Status}");
        }

        if (response.TryGetProperty("headers", out var headers))
        {
            found.AddRange(GoldenComparison.Headers(headers, answer));
        }

        if (response.TryGetProperty("body", out var body))
        {
            found.AddRange(answer.Text.EndsWith('\n') ? [] : ["the body does not end with a line feed"]);
            found.AddRange(GoldenComparison.Exact(body, answer.Json));
            found.AddRange(response.TryGetProperty("format", out _) == answer.Text.Contains("\n  ", StringComparison.Ordinal) ? [] : ["the body is indented otherwise"]);
        }

        return found;
    }

    [GeneratedRegex(@"^- \*\*([\w-]+)\*\*(?:.|\n(?!- ))*", RegexOptions.Multiline)]
    private static partial Regex RulePattern();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CasePattern();

    /// <summary>The servers that the cases ran against.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private ApiCluster? cluster;
        private ApiServer? compute;
        private ApiServer? open;
        private ApiServer? orchestrator;
        private Scenes? scenes;

        /// <summary>Asks the server of a case, or a cluster of its own where the scene needs one.</summary>
        internal async Task<GoldenAnswer> AskAsync(GoldenCase recorded, string scene)
        {
            if (!Scenes.IsAlone(scene))
            {
                return await GoldenExchange.SendAsync(For(recorded.Id), recorded, scene.Length == 0 ? Scenes.Names : await scenes!.BuildAsync(scene));
            }

            await using var own = await ApiCluster.StartAsync();
            return await GoldenExchange.SendAsync(own.Client, recorded, await new Scenes(own).BuildAsync(scene));
        }

        private HttpClient For(string id) => (id switch
        {
            _ when id.StartsWith("nodes/orchestrator-only-", StringComparison.Ordinal) => orchestrator,
            _ when id.StartsWith("nodes/compute-", StringComparison.Ordinal) => compute,
            _ when id.StartsWith("transport/cors", StringComparison.Ordinal) || id == "transport/options-unknown-path" => open,
            _ => cluster!.Server,
        })!.Client;

        public async ValueTask InitializeAsync()
        {
            cluster = await ApiCluster.StartAsync();
            scenes = new Scenes(cluster);
            await scenes.BuildListsAsync();
            compute = await ApiServer.StartAsync(new ApiOptions(), app => AgentApi.Map(app, ApiServer.Agent));
            orchestrator = await ApiServer.StartAsync(new ApiOptions(), app => AgentApi.Map(app, ApiServer.AgentOfOrchestrator));
            open = await ApiServer.StartAsync(new ApiOptions { AllowedOrigins = ["*"] }, app => OrchestratorApi.Map(app, cluster.Services));
        }

        public async ValueTask DisposeAsync()
        {
            await open!.DisposeAsync();
            await compute!.DisposeAsync();
            await orchestrator!.DisposeAsync();
            await cluster!.DisposeAsync();
        }
    }
}
