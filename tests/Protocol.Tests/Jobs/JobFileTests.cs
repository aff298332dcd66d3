using System.Text;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Jobs;
using FsCheck.Xunit;

namespace Bacalhau.Protocol.Tests.Jobs;

public sealed class JobFileTests
{
    private const string Hello =
        """
        # A comment
        Name: hello
        Type: batch
        Count: 2
        Labels: {app: "1", other: 'yes'}
        Tasks:
          - Name: main
            Engine:
              Type: docker
              Params:
                Image: busybox:1.36
                Parameters: [sh, -c, "echo hello; echo oops >&2"]
        """;

    [Fact]
    public void A_yaml_file_is_read()
    {
        var spec = Read(Hello).Reading.Spec!;
        Assert.Equal(("hello", 2, "yes"), (spec.Name, spec.Count, spec.Labels["other"]));
        Assert.Equal(["sh", "-c", "echo hello; echo oops >&2"], DockerParams.Read(spec.Tasks[0].Engine!).Value!.Parameters);
    }

    [Fact]
    public void A_json_file_is_read() => Assert.Equal("é\"😀", Read("""{"Name":"\u00e9\"\ud83d\ude00","Type":"batch"}""").Reading.Spec!.Name);

    [Theory]
    [InlineData("\uFEFFName: x\r\nType: batch\r\n")]
    [InlineData("\uFEFF{\"Name\": \"x\"}")]
    public void Files_as_Windows_writes_them_are_read(string text) => Assert.Equal("x", Read(text).Reading.Spec!.Name);

    [Fact]
    public void A_problem_bears_the_line_of_its_value()
    {
        var problems = Read("Name: x\nTasks:\n- Name: a\n  Resources:\n    CPU: 1\nCount: three\n").Reading.Problems;
        Assert.Equal([("Count", 6), ("Tasks[0].Resources.CPU", 5)], problems.Select(problem => (problem.Path, problem.Line)).Order());
    }

    [Fact]
    public void A_problem_found_later_bears_the_line_of_what_is_around_it()
    {
        var file = Read("Type: batch\nTasks:\n- Name: a\n  engine:\n    Type: docker\n");
        var check = JobIntake.Check(file.Reading.Spec!, file.Reading.Given, JobDefaults.BuiltIn);
        Assert.Equal(4, Assert.Single(file.Lines.Locate(check.Problems)).Line);
    }

    [Fact]
    public void Broken_yaml_is_a_problem_with_its_line()
    {
        var problem = Assert.Single(Read("Name: hello\nTasks: [\n").Reading.Problems);
        Assert.Equal(SpecProblemCode.Syntax, problem.Code);
        Assert.True(problem.Line >= 2, problem.ToString());
        Assert.StartsWith("converting yaml to json: yaml: line ", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\n")]
    public void An_empty_file_is_a_problem(string text) => Assert.Equal("no content provided", Assert.Single(Read(text).Reading.Problems).Message);

    [Theory]
    [InlineData("hello")]
    [InlineData("[1, 2]")]
    [InlineData("# only a comment")]
    [InlineData("Name: a\n---\nName: b\n")]
    [InlineData("Name: a\nName: b\n")]
    [InlineData("? [a]\n: b\n")]
    public void What_is_no_single_job_is_a_problem(string text) => Assert.NotEmpty(Read(text).Reading.Problems);

    [Fact]
    public void Aliases_and_merged_mappings_are_written_out()
    {
        var spec = Read("Labels: &l {a: b, c: d}\nMeta:\n  <<: *l\n  c: own\n").Reading.Spec!;
        Assert.Equal([("a", "b"), ("c", "own")], spec.Meta.Select(pair => (pair.Key, pair.Value)));
    }

    [Theory]
    [InlineData("0x10", "16")]
    [InlineData("0o17", "15")]
    [InlineData("+012", "12")]
    [InlineData("-0", "0")]
    [InlineData("1.50", "1.5")]
    [InlineData("1e3", "1000")]
    [InlineData(".5", "0.5")]
    [InlineData("~", "null")]
    [InlineData("True", "true")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("'12'", "\"12\"")]
    [InlineData("!!str 12", "\"12\"")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData(".inf", "\".inf\"")]
    public void Plain_scalars_are_read_as_yaml_1_2_says(string yaml, string json) => Assert.Equal(
        json,
        Read($"Tasks:\n- Engine:\n    Type: x\n    Params:\n      A: {yaml}\n").Reading.Spec!.Tasks[0].Engine!.Params["A"].GetRawText());

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Deep_nesting_is_a_problem_and_no_crash(char open) => Assert.NotEmpty(Read("Meta: " + new string(open, 200_000)).Reading.Problems);

    [Fact]
    public void A_short_text_that_stands_for_very_many_values_is_a_problem()
    {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (var level = 1; level < 30; level++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n");
        }

        Assert.NotEmpty(Read(text.ToString()).Reading.Problems);
    }

    [Fact]
    public void Many_levels_of_merging_are_a_problem()
    {
        var text = new StringBuilder("a0: &a0 {x: y}\n");
        for (var level = 1; level < 40; level++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{level}: &a{level} {{<<: [*a{level - 1}, *a{level - 1}]}}\n");
        }

        Assert.NotEmpty(Read(text.ToString()).Reading.Problems);
    }

    [Property]
    public bool No_text_makes_reading_throw(string? text)
    {
        var file = Read(text ?? "");
        return (file.Reading.Spec is null) == !file.Reading.Problems.IsEmpty;
    }

    [Property]
    public bool No_bytes_make_reading_throw(byte[] bytes)
    {
        var file = JobFile.Read(bytes);
        return (file.Reading.Spec is null) == !file.Reading.Problems.IsEmpty;
    }

    private static JobFileReading Read(string text) => JobFile.Read(Encoding.UTF8.GetBytes(text));
}
