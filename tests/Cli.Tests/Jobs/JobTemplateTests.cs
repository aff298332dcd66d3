using Bacalhau.Cli.Jobs;

namespace Bacalhau.Cli.Tests.Jobs;

public sealed class JobTemplateTests
{
    private static readonly Dictionary<string, string> _values = new() { ["who"] = "world", ["greet"] = "hi" };

    [Theory]
    [InlineData("Name: x", "Name: x")]
    [InlineData("{{.greet}} {{ .who }}", "hi world")]
    [InlineData("a: \"{{.who}}/b\"", "a: \"world/b\"")]
    [InlineData("a {{- .who -}} b", "aworldb")]
    [InlineData("a{{/* said before */}}b", "ab")]
    [InlineData("}} stays", "}} stays")]
    public void Values_are_filled_in(string text, string expected) => Assert.Equal(expected, JobTemplate.Expand(text, _values));

    [Theory]
    [InlineData("Name: {{.x", "line 1: \"{{\" is not closed")]
    [InlineData("a\nb {{.absent}}", "line 2: there is no value for \"absent\"")]
    [InlineData("{{if .who}}", "line 1: \"{{if .who}}\" is not understood")]
    public void What_cannot_be_filled_in_is_named_with_its_line(string text, string words)
    {
        var problem = Assert.Throws<CliException>(() => JobTemplate.Expand(text, _values));

        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Hint);
    }
}
