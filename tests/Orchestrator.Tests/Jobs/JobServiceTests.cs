using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Orchestrator.Tests.State;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Jobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Orchestrator.Tests.Jobs;

public sealed class JobServiceTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bacalhau-jobs-").FullName;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly CountingIds ids = new();
    private readonly StateWriter writer;
    private readonly JobService jobs;

    public JobServiceTests()
    {
        writer = StateWriter.Start(
            StateStore.Open(Path.Combine(folder, "orchestrator.db"), ids),
            new StateWriterOptions { Clock = clock, Ids = ids, ReadDemand = spec => JobDemands.From(SpecDocument.Of(spec).Read()) },
            NullLogger<StateWriter>.Instance);
        jobs = new JobService(writer, new JobServiceOptions { Orchestrator = new NodeId("n-1"), Ids = ids });
    }

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        writer.Store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_job_is_stored_normalised_and_named_after_its_id()
    {
        var answer = await SubmitAsync(name: "");
        using var queries = JobQueries.Open(writer.Store);
        var stored = queries.Job(new JobId(answer.JobID))!;
        var spec = SpecDocument.Of(stored.Spec).Read();
        Assert.Equal(answer.JobID, stored.Name);
        Assert.Equal("500m", spec.Tasks[0].Resources!.CPU);
        Assert.Equal("n-1", spec.Meta["bacalhau.org/orchestrator.id"]);
        Assert.Equal(stored.SpecDigest, writer.Current.Jobs[stored.Id].SpecDigest);
    }

    [Fact]
    public async Task Priority_above_that_of_the_namespace_is_cut_with_a_warning()
    {
        var quotas = System.Collections.Immutable.ImmutableSortedDictionary<string, NamespaceQuota>.Empty.Add("team", new NamespaceQuota { MaxPriority = 5 });
        var limited = new JobService(writer, new JobServiceOptions { Orchestrator = new NodeId("n-1"), Ids = ids, Quotas = quotas });
        Task<PutJobResponse> SubmitAsync(string space, int priority) => limited.SubmitAsync(
            new JobSubmitRequest
            {
                Document = JsonElement.Parse($$$"""
                    {"Name":"j-{{{space}}}-{{{priority}}}","Namespace":"{{{space}}}","Type":"batch","Count":1,"Priority":{{{priority}}},
                    "Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"a"} } }]}
                    """),
            },
            CancellationToken.None);

        var cut = await SubmitAsync("team", 9);
        Assert.Contains("Priority 9 is cut to 5", Assert.Single(cut.Warnings!.Value), StringComparison.Ordinal);
        Assert.Equal(5, writer.Current.Jobs[new JobId(cut.JobID)].Demand.Priority);
        var kept = await SubmitAsync("team", 5);
        Assert.Null(kept.Warnings);
        var other = await SubmitAsync("other", 9);
        Assert.Equal(9, writer.Current.Jobs[new JobId(other.JobID)].Demand.Priority);
    }

    [Fact]
    public async Task The_same_token_gets_the_first_answer_again()
    {
        var first = await SubmitAsync(token: "t");
        var second = await SubmitAsync(token: "t");
        Assert.Equal((first.JobID, first.EvaluationID), (second.JobID, second.EvaluationID));
        Assert.Single(writer.Current.Jobs);
    }

    [Fact]
    public async Task The_same_token_twice_at_once_makes_one_job()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SubmitAsync(token: "t")));
        Assert.Single(answers.Select(answer => answer.JobID).Distinct());
        Assert.Single(writer.Current.Jobs);
    }

    [Fact]
    public async Task A_token_with_another_job_is_refused()
    {
        await SubmitAsync(name: "one", token: "t");
        var refused = await Assert.ThrowsAsync<JobRefusedException>(() => SubmitAsync(name: "two", token: "t"));
        Assert.Equal(JobRefusal.TokenReused, refused.Refusal);
    }

    [Fact]
    public async Task A_token_is_forgotten_after_a_day()
    {
        var first = await SubmitAsync(name: "", token: "t");
        clock.Advance(TimeSpan.FromHours(25));
        Assert.NotEqual(first.JobID, (await SubmitAsync(name: "", token: "t")).JobID);
    }

    [Fact]
    public async Task A_job_of_a_name_in_use_is_an_update_unless_nothing_has_changed()
    {
        var first = await SubmitAsync(name: "one");
        Assert.Equal(JobRefusal.Unchanged, (await Assert.ThrowsAsync<JobRefusedException>(() => SubmitAsync(name: "one"))).Refusal);

        Assert.Equal(first.JobID, (await SubmitAsync(name: "one", count: 2)).JobID);
        Assert.Equal(first.JobID, (await SubmitAsync(name: "one", count: 2, force: true)).JobID);
        Assert.NotEqual(first.JobID, (await SubmitAsync(name: "one", space: "other")).JobID);

        using var queries = JobQueries.Open(writer.Store);
        var job = queries.Job(new JobId(first.JobID))!;
        Assert.Equal((3, 2), (job.Version, writer.Current.Jobs[job.Id].Demand.Count));
        Assert.Equal([1, 2, 2], queries.Versions(job).Select(version => SpecDocument.Of(version.Spec).Read().Count));
    }

    [Fact]
    public async Task An_update_of_another_type_is_refused_and_changes_nothing()
    {
        var first = await SubmitAsync(name: "one");
        var refused = await Assert.ThrowsAsync<JobRefusedException>(
            () => SubmitAsync(document: """{"Name":"one","Type":"service","Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"x"}}}]}"""));
        Assert.Contains("is a batch job", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, writer.Current.Jobs[new JobId(first.JobID)].Version);
    }

    [Fact]
    public async Task A_run_again_is_a_new_version_with_the_chosen_spec_and_an_unknown_version_changes_nothing()
    {
        var job = new JobId((await SubmitAsync(name: "one", count: 2)).JobID);
        Assert.Equal(JobRefusal.NotStarted, (await Assert.ThrowsAsync<JobRefusedException>(() => jobs.RerunAsync(job, 0, default))).Refusal);
        await SubmitAsync(name: "one", count: 3);
        await jobs.StopAsync(job, "", default);

        Assert.Equal(JobRefusal.NoVersion, (await Assert.ThrowsAsync<JobRefusedException>(() => jobs.RerunAsync(job, 9, default))).Refusal);
        Assert.Empty(writer.Current.Jobs);
        Assert.Equal(3, (await jobs.RerunAsync(job, 1, default)).JobVersion);
        Assert.Equal((JobState.Pending, 2), (writer.Current.Jobs[job].State, writer.Current.Jobs[job].Demand.Count));
    }

    [Fact]
    public async Task Values_of_a_wrong_type_hide_no_other_problem_and_cause_none()
    {
        var document = """{"Name":"one","Type":"batch","Count":"many","Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":5} },"Resources":{"CPU":"much"} }]}""";

        var refused = await Assert.ThrowsAsync<JobRefusedException>(() => SubmitAsync(document: document));

        Assert.Equal(JobRefusal.Unreadable, refused.Refusal);
        Assert.Equal(["Count", "Tasks[0].Engine.Params.Image", "Tasks[0].Resources.CPU"], refused.Problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task All_problems_are_named_and_nothing_is_stored()
    {
        var refused = await Assert.ThrowsAsync<JobRefusedException>(() => SubmitAsync(document: """{"Type":"batch","Count":-1,"Tasks":[{"Name":""}]}"""));
        Assert.Equal(JobRefusal.Invalid, refused.Refusal);
        Assert.Contains("Count", refused.Problems.Select(problem => problem.Path));
        Assert.Contains("Tasks[0].Name", refused.Problems.Select(problem => problem.Path));
        Assert.Empty(writer.Current.Jobs);
    }

    [Fact]
    public async Task Unknown_fields_are_warned_about() =>
        Assert.Contains("Cont", (await SubmitAsync(document: Document("", 1, "default", ",\"Cont\":3"))).Warnings!.Value.Single(), StringComparison.Ordinal);

    [Fact]
    public async Task A_job_without_partitions_is_completed_at_once()
    {
        var answer = await SubmitAsync(count: 0);
        using var queries = JobQueries.Open(writer.Store);
        Assert.Equal(JobState.Completed, queries.Job(new JobId(answer.JobID))!.State);
    }

    [Fact]
    public async Task A_stopped_job_is_stopped_once_and_a_completed_one_not_at_all()
    {
        var stopped = new JobId((await SubmitAsync()).JobID);
        var completed = new JobId((await SubmitAsync(name: "zero", count: 0)).JobID);
        Assert.NotEqual("", await jobs.StopAsync(stopped, "enough", CancellationToken.None));
        Assert.Equal("", await jobs.StopAsync(stopped, "enough", CancellationToken.None));
        Assert.Equal(JobRefusal.AlreadyEnded, (await Assert.ThrowsAsync<JobRefusedException>(() => jobs.StopAsync(completed, "", CancellationToken.None))).Refusal);
        Assert.Equal(JobRefusal.NotFound, (await Assert.ThrowsAsync<JobRefusedException>(() => jobs.StopAsync(new("j-x"), "", CancellationToken.None))).Refusal);
    }

    private Task<PutJobResponse> SubmitAsync(string name = "one", int count = 1, string space = "default", string token = "", string? document = null, bool force = false) =>
        jobs.SubmitAsync(
            new JobSubmitRequest { Document = JsonElement.Parse(document ?? Document(name, count, space, "")), Token = token, Force = force }, CancellationToken.None);

    private static string Document(string name, int count, string space, string more) => $$"""
        {"Name":"{{name}}","Namespace":"{{space}}","Type":"batch","Count":{{count}},"Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"busybox"} } }]{{more}} }
        """;
}
