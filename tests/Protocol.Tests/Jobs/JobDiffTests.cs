using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Protocol.Tests.Jobs;

public sealed class JobDiffTests
{
    /// <summary>The stored job of the recorded cases <c>updates/diff-*</c> and what was compared with it there.</summary>
    private const string Stored =
        """{"Name":"ver","Type":"batch","Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"busybox:1.35-local","Parameters":["sh","-c","echo one"]}},"Resources":{"CPU":"10m","Memory":"32Mb"}}],"Labels":{"n":"1"}}""";

    private const string Changed =
        """{"Name":"ver","Type":"batch","Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"busybox:1.35-local","Parameters":["sh","-c","echo three"]}},"Resources":{"CPU":"10m","Memory":"32Mb"}}],"Labels":{"n":"3","x":"y"},"Count":2,"Priority":4}""";

    private const string WithFieldsOfTheServer =
        """{"Name":"ver","Type":"batch","Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"busybox:1.35-local","Parameters":["sh","-c","echo one"]}},"Resources":{"CPU":"10m","Memory":"32Mb"}}],"Labels":{"n":"1"},"Version":4,"State":{"StateType":"Running"},"ID":"j-x","Meta":{"bacalhau.org/x":"1"}}""";

    [Theory]
    [InlineData(Stored, true)]
    [InlineData(WithFieldsOfTheServer, true)]
    [InlineData(Changed, false)]
    public void The_recorded_jobs_differ_where_they_did(string submitted, bool isSame)
    {
        var stored = new JobOrigin { Orchestrator = new NodeId("n-1"), ClientInstance = "x" }.Stamp(Checked(Stored), new JobId("j-1"));
        Assert.Equal(isSame, !JobDiff.Of(stored, Checked(submitted)).HasChanges);
    }

    [Fact]
    public void Changed_lines_stand_between_those_that_say_where() => Assert.Equal(
        """
        - Priority: 0
        + Priority: 4
        - Count: 1
        + Count: 2
          Labels:
        -   n: "1"
        +   n: "3"
        +   x: "y"
          Tasks[0]:
            Engine:
              Params:
                Parameters:
                  "sh"
                  "-c"
        -         "echo one"
        +         "echo three"

        """,
        JobDiff.Of(Checked(Stored), Checked(Changed)).Text);

    [Fact]
    public void What_is_new_or_gone_is_shown_with_all_that_is_in_it()
    {
        var stored = Checked(Stored);
        var full = stored with
        {
            Rollout = new RolloutPolicy { MaxSurge = 1 },
            Tasks = [stored.Tasks[0] with { ResultPaths = [new ResultPath { Name = "o", Path = "/o" }], HealthCheck = new HealthCheckSpec { Type = "exec", Command = ["a", "b"] } }],
        };
        Assert.Equal(
            """
              Tasks[0]:
            +   ResultPaths[0]:
            +     Name: "o"
            +     Path: "/o"
            +   HealthCheck:
            +     Type: "exec"
            +     Command[0]: "a"
            +     Command[1]: "b"
            + Rollout:
            +   MaxSurge: 1

            """,
            JobDiff.Of(stored, full).Text);
        Assert.Equal(JobDiff.Of(stored, full).Text.Replace('+', '-'), JobDiff.Of(full, stored).Text);
    }

    [Fact]
    public void Case_and_blanks_of_resources_are_no_change()
    {
        var stored = Checked(Stored);
        var other = stored with { Tasks = [stored.Tasks[0] with { Resources = new ResourcesConfig { CPU = "10M", Memory = "32 MB" } }] };
        Assert.False(JobDiff.Of(stored, other).HasChanges);
    }

    [Fact]
    public void Long_lists_and_long_values_are_cut()
    {
        var values = Enumerable.Range(0, 1000).Select(index => $"v{index}").ToList();
        var before = WithParameters(values);
        var after = WithParameters([.. values[..500], new string('x', 100_000), .. values[501..]]);
        var text = JobDiff.Of(before, after).Text;
        Assert.Contains("… 497 more\n", text, StringComparison.Ordinal);
        Assert.Contains("-         \"v500\"\n+         \"xxx", text, StringComparison.Ordinal);
        Assert.Contains("… 496 more\n", text, StringComparison.Ordinal);
        Assert.True(text.Length < 1000, text);
    }

    [Fact]
    public void Two_long_values_that_differ_at_the_end_are_both_shown()
    {
        var text = JobDiff.Of(WithParameters([new string('x', 1000) + "a"]), WithParameters([new string('x', 1000) + "b"])).Text;
        Assert.Contains("\n- ", text, StringComparison.Ordinal);
        Assert.Contains("\n+ ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_shown_as_they_were_written() => Assert.Contains(
        "+         \"echo \\\"é\\\" >&2\\u001b\"\n",
        JobDiff.Of(WithParameters(["x"]), WithParameters(["echo \"é\" >&2\u001b"])).Text,
        StringComparison.OrdinalIgnoreCase);

    private static JobSpec WithParameters(IEnumerable<string> values)
    {
        var job = Checked(Stored);
        return job with { Tasks = [job.Tasks[0] with { Engine = new DockerParams { Image = "x", Parameters = [.. values] }.ToConfig() }] };
    }

    private static JobSpec Checked(string text)
    {
        using var document = JsonDocument.Parse(text);
        var reading = JobReader.Read(document.RootElement);
        return JobIntake.Check(reading.Spec!, reading.Given, JobDefaults.BuiltIn).Spec;
    }
}
