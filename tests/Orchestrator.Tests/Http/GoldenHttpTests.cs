using Bacalhau.Orchestrator.Http;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>Our API against the recordings.</summary>
public sealed class GoldenHttpTests(GoldenHttpTests.Servers servers) : IClassFixture<GoldenHttpTests.Servers>
{
    public static TheoryData<string> ExactCases => [.. GoldenTable.CasesOf(GoldenTier.Exact)];

    [Theory]
    [MemberData(nameof(ExactCases))]
    public async Task Answers_as_recorded(string id)
    {
        var recorded = GoldenCase.All[id];
        var answer = await GoldenExchange.SendAsync(servers.For(id), recorded, Servers.Names);
        Assert.Equal("", string.Join("\n", Differences(recorded, answer)));
    }

    public static TheoryData<string> DifferentCases => [.. GoldenTable.CasesOf(GoldenTier.Different)];

    [Theory]
    [MemberData(nameof(DifferentCases))]
    public async Task Answers_otherwise_as_the_table_says(string id)
    {
        var names = NeedsState(id) ? await servers.Scenes.BuildAsync(Scenes.SceneOf(GoldenCase.All[id])) : Servers.Names;
        var answer = await GoldenExchange.SendAsync(servers.For(id), GoldenCase.All[id], names);
        Assert.Equal(GoldenTable.RuleOf(id)!.Status, answer.Status);
        Assert.Equal("application/json", answer.Headers["Content-Type"]);
    }

    public static TheoryData<string> ShapeCases => [.. GoldenTable.CasesOf(GoldenTier.Shape)];

    [Theory]
    [MemberData(nameof(ShapeCases))]
    public async Task Answers_in_the_recorded_shape(string id)
    {
        var recorded = GoldenCase.All[id];
        var rule = GoldenTable.RuleOf(id)!;
        var names = await servers.Scenes.BuildAsync(rule.Rule.Length == 0 ? Scenes.SceneOf(recorded) : rule.Rule);
        var answer = await GoldenExchange.SendAsync(servers.For(id), recorded, names);
        Assert.Equal(recorded.Status, answer.Status);
        var body = recorded.Response.GetProperty("body");
        var differences = GoldenComparison.Shape(body, answer.Json).Concat(GoldenComparison.States(body, answer.Json));
        Assert.Equal("", string.Join("\n", differences));
    }

    [Fact]
    public void Every_difference_has_its_rule()
    {
        var rules = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "compatibility.md"));
        Assert.DoesNotContain(
            GoldenTable.Rules, rule => rule.Tier == GoldenTier.Different && !rules.Contains($"- **{rule.Rule}**", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_case_has_a_tier() => Assert.DoesNotContain(GoldenCase.All.Keys, id => GoldenTable.RuleOf(id) is null);

    [Fact]
    public void Every_line_of_the_table_covers_a_case() =>
        Assert.Empty(GoldenTable.Rules.Where(rule => !GoldenCase.All.Keys.Any(id => GoldenTable.RuleOf(id) == rule)).Select(rule => rule.Pattern));

    [Fact]
    public void Cases_for_later_are_counted()
    {
        var later = GoldenTable.CasesOf(GoldenTier.Later).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{later.Count} of {GoldenCase.All.Count} recorded exchanges are for later:");
        later.ForEach(id => TestContext.Current.TestOutputHelper?.WriteLine(id));
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

    /// <summary>The servers that the cases ran against.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private ApiCluster? cluster;
        private ApiServer? compute;
        private ApiServer? open;

        internal Scenes Scenes { get; private set; } = null!;

        internal static IReadOnlyDictionary<string, string> Names { get; } =
            new Dictionary<string, string>(ClientKeyAnswers.Names(ApiServer.Node)) { ["allowed-dir"] = "/allowed", ["port"] = "8080" };

        internal HttpClient For(string id) => (id switch
        {
            _ when id.StartsWith("nodes/compute-", StringComparison.Ordinal) => compute,
            _ when id.StartsWith("transport/cors", StringComparison.Ordinal) || id == "transport/options-unknown-path" => open,
            _ => cluster!.Server,
        })!.Client;

        public async ValueTask InitializeAsync()
        {
            cluster = await ApiCluster.StartAsync();
            Scenes = new Scenes(cluster);
            await Scenes.BuildListsAsync();
            compute = await ApiServer.StartAsync(new ApiOptions(), app => AgentApi.Map(app, ApiServer.Agent));
            open = await ApiServer.StartAsync(new ApiOptions { AllowedOrigins = ["*"] }, app => OrchestratorApi.Map(app, cluster.Services));
        }

        public async ValueTask DisposeAsync()
        {
            await open!.DisposeAsync();
            await compute!.DisposeAsync();
            await cluster!.DisposeAsync();
        }
    }
}
