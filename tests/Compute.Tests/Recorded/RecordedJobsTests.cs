using Bacalhau.Compute.Tests.Engines.Docker;

namespace Bacalhau.Compute.Tests.Recorded;

/// <summary>
/// The recordings in Golden of jobs that the reference ran, run here by engine, inputs and results together. Every case must end as it was
/// recorded unless Golden/cases.txt says why it does not, or which test holds it instead.
/// </summary>
public sealed class RecordedJobsTests(RecordedImages images) : IClassFixture<RecordedImages>
{
    public static TheoryData<string> Completed => RecordedCases.Of(RecordedCases.Jobs, null, found => found.WasCompleted);

    public static TheoryData<string> Failed => RecordedCases.Of(RecordedCases.Jobs, null, found => !found.WasCompleted);

    public static TheoryData<string> Refused => RecordedCases.Of(RecordedCases.Jobs, "refused", found => found.WasCompleted);

    [Theory]
    [MemberData(nameof(Completed))]
    public async Task Job_ends_with_the_recorded_output(string name)
    {
        var (recorded, end) = await RunAsync(name);
        Assert.True(end.Output is not null, end.Problem);
        var output = end.Output;
        var expected = recorded.Output;
        Assert.Equal(RecordedRun.Neutral(expected.Stdout), RecordedRun.Neutral(output.Stdout));
        Assert.Equal(RecordedRun.Neutral(expected.Stderr), RecordedRun.Neutral(output.Stderr));
        Assert.Equal((expected.StdoutTruncated, expected.StderrTruncated, expected.ExitCode), (output.StdoutTruncated, output.StderrTruncated, output.ExitCode));
        Assert.All(recorded.FileLengths, file => Assert.Equal(file.Value, end.FileLengths[file.Key]));
    }

    [Theory]
    [MemberData(nameof(Failed))]
    public async Task Job_that_failed_fails_here_with_words(string name)
    {
        var (_, end) = await RunAsync(name);

        Assert.Null(end.Output);
        Assert.NotEmpty(end.Problem);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Job_that_got_what_it_must_not_is_refused_here(string name)
    {
        var (_, end) = await RunAsync(name);

        Assert.False(end.HasRun);
        Assert.NotEmpty(end.Problem);
    }

    [Fact]
    public void Every_exception_is_of_a_case_that_was_recorded() => Assert.All(
        RecordedCases.Exceptions, exception => Assert.Contains(RecordedCases.Jobs.Concat(RecordedCases.Publications), found => found.ToString() == exception.Case));

    [Fact]
    public void Exceptions_are_of_known_kinds() => Assert.All(
        RecordedCases.Exceptions, exception => Assert.True(exception.Kind is "different" or "refused" or "completed" or "elsewhere" or "later", exception.Kind));

    private async Task<(RecordedCase Case, RecordedEnd End)> RunAsync(string name)
    {
        _ = TestDocker.Image;
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the recordings show files of root");
        await using var docker = new DockerWorkshop();
        var recorded = RecordedCases.Jobs.Single(found => found.ToString() == name);
        return (recorded, await new RecordedRun(docker, images).RunAsync(recorded));
    }
}
