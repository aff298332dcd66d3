using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Jobs;
using Bacalhau.Protocol.Tests.Recorded;

namespace Bacalhau.Protocol.Tests.Jobs;

/// <summary>What the reference was seen to refuse is refused for the same reasons; what it took is stored in the same form.</summary>
public sealed class RecordedJobsTests
{
    /// <summary>Refused here with more or fewer lines than there; the reasons stand in docs/compatibility.md.</summary>
    private static readonly string[] _otherLines =
    [
        "validation/two-tasks-second-bad", "validation/result-path-missing",
        "validation/input-alias-duplicate", "validation/input-source-null", "validation/input-source-type-blank", "validation/input-target-duplicate",
        "validation/input-target-missing",
    ];

    /// <summary>Accepted there and refused here.</summary>
    private static readonly string[] _refusedHere =
    [
        "jobs/batch-constraint-bad-label-syntax", "jobs/batch-constraint-operator-empty", "jobs/batch-docker-bad-params", "jobs/batch-docker-every-field",
        "jobs/batch-docker-no-image", "jobs/batch-input-local-bad-params", "jobs/batch-s3-publisher-no-params", "jobs/batch-unknown-storage", "jobs/batch-wasm-missing-entry",
        "jobs/batch-wasm-no-entry-param",
    ];

    /// <summary>Stored there with the id that it came with, and here with one that the server gives.</summary>
    private const string WithItsOwnId = "jobs/service-own-id";

    public static TheoryData<string> Refused => [.. RecordedJob.RefusedNames()];

    public static TheoryData<string> Accepted => [.. RecordedJob.AcceptedNames().Where(name => name != WithItsOwnId)];

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_was_refused_is_refused_in_as_many_lines(string name)
    {
        var recorded = RecordedJob.Refused(name);
        if (recorded.Job.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        var problems = ProblemsOf(recorded);
        Assert.NotEmpty(problems);
        Assert.True(
            _otherLines.Contains(name) == (recorded.LineCount != problems.Length),
            $"recorded: {recorded.Message}\nhere: {string.Join('\n', problems)}");
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Only_problems_that_the_reference_finds_when_it_stores_a_job_are_marked_so(string name)
    {
        var recorded = RecordedJob.Refused(name);
        if (recorded.Job.ValueKind != JsonValueKind.Null)
        {
            Assert.Equal(recorded.Component == "JobStore", ProblemsOf(recorded).All(problem => problem.FoundWhenStored));
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Messages_that_are_labels_are_the_same(string name)
    {
        var recorded = RecordedJob.Refused(name);
        if (recorded.Message.StartsWith("missing", StringComparison.Ordinal))
        {
            Assert.Equal(recorded.Message, Assert.Single(ProblemsOf(recorded)).Message);
        }
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_was_accepted_is_stored_in_the_same_form(string name)
    {
        var recorded = RecordedJob.Accepted(name);
        var check = Check(recorded);
        if (_refusedHere.Contains(name))
        {
            Assert.NotEmpty(check.Problems);
            return;
        }

        Assert.Empty(check.Problems);
        Assert.Equal(WithoutState(recorded.Stored), WithoutState(Document(check.Spec)));
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_was_warned_about_is_warned_about(string name)
    {
        var recorded = RecordedJob.Accepted(name);
        Assert.Equal(recorded.WarningCount, Check(recorded).Warnings.Length);
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Normalising_twice_changes_nothing(string name)
    {
        var once = JobNormalisation.Normalise(JobReader.Read(RecordedJob.Accepted(name).Job).Spec!);
        Assert.Equal(SpecDocument.Of(once).Digest, SpecDocument.Of(JobNormalisation.Normalise(once)).Digest);
    }

    private static ImmutableArray<SpecProblem> ProblemsOf(RecordedJob recorded)
    {
        var reading = JobReader.Read(recorded.Job);
        return reading.Spec is null ? reading.Problems : JobIntake.Check(reading.Spec, reading.Given, JobDefaults.BuiltIn).Problems;
    }

    private static JobCheck Check(RecordedJob recorded)
    {
        var reading = JobReader.Read(recorded.Job);
        Assert.Empty(reading.Problems);
        return JobIntake.Check(reading.Spec!, reading.Given, JobDefaults.BuiltIn);
    }

    private static JsonElement Document(JobSpec spec)
    {
        var isOfEveryField = spec.Name == "every-field";
        var origin = new JobOrigin
        {
            Orchestrator = new NodeId("<node-id>"),
            ServerInstance = "<hex-id>",
            ClientInstallation = isOfEveryField ? "inst-1" : "",
            ClientInstance = isOfEveryField ? "instance-1" : "",
        };
        return JobDocument.Of(origin.Stamp(spec, new JobId("<job-id>")), new JobServerFields("<job-id>", new JobStateView("Pending"), 1, 1, 0, 0));
    }

    /// <summary>The document's text without what happened to the job later.</summary>
    private static string WithoutState(JsonElement document) => string.Join('\n', document.EnumerateObject()
        .Where(field => field.Name is not ("State" or "Revision" or "Version"))
        .Select(field => $"{field.Name}: {JsonSerializer.Serialize(field.Value, ApiJson.Wire.JsonElement)}"));
}
