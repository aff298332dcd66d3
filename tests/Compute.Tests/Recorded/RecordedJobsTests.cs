using Bacalhau.Compute.Tests.Engines.Docker;

namespace Bacalhau.Compute.Tests.Recorded;

/// <summary>
/// The recordings in Golden of jobs that the reference ran, run here by engine, inputs and results together. Every case must end as it was
/// recorded unless Golden/cases.txt says why it does not, or which test holds it instead.
/// </summary>
public sealed class RecordedJobsTests(RecordedImages images) : IClassFixture<RecordedImages>
{
    private static readonly string[] Files = ["docker-entrypoint", "docker-exit", "docker-output", "storage-inline", "storage-local"];

    private static IEnumerable<RecordedCase> All => Files.SelectMany(RecordedCase.Read);

    private static IReadOnlyList<(string Kind, string Pattern)> Exceptions { get; } =
    [
        .. from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "cases.txt"))
           let parts = line.Split('|', StringSplitOptions.TrimEntries)
           where parts.Length >= 2 && !line.StartsWith('#')
           select (parts[0], parts[1]),
    ];

    public static TheoryData<string> Completed => new(
        from found in All
        where found.WasCompleted && !IsExcepted(found)
        select found.ToString());

    public static TheoryData<string> Failed => new(
        from found in All
        where !found.WasCompleted && !found.WasRefusedAtSubmit && !IsExcepted(found)
        select found.ToString());

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

    [Fact]
    public void Every_exception_is_of_a_case_that_was_recorded() =>
        Assert.All(Exceptions, exception => Assert.Contains(All, found => found.ToString() == exception.Pattern));

    [Fact]
    public void Exceptions_are_of_known_kinds() =>
        Assert.All(Exceptions, exception => Assert.True(exception.Kind is "different" or "elsewhere" or "later", exception.Kind));

    private async Task<(RecordedCase Case, RecordedEnd End)> RunAsync(string name)
    {
        _ = TestDocker.Image;
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the recordings show files of root");
        await using var docker = new DockerWorkshop();
        var recorded = All.Single(found => found.ToString() == name);
        return (recorded, await new RecordedRun(docker, images).RunAsync(recorded));
    }

    private static bool IsExcepted(RecordedCase found) => Exceptions.Any(exception => exception.Pattern == found.ToString());
}
