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

        internal static IReadOnlyDictionary<string, string> Names { get; } = ClientKeyAnswers.Names(ApiServer.Node);

        internal HttpClient For(string id) => (id switch
        {
            _ when id.StartsWith("nodes/compute-", StringComparison.Ordinal) => compute,
            _ when id.StartsWith("transport/cors", StringComparison.Ordinal) || id == "transport/options-unknown-path" => open,
            _ => cluster!.Server,
        })!.Client;

        public async ValueTask InitializeAsync()
        {
            cluster = await ApiCluster.StartAsync();
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
