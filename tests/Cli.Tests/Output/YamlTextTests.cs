using System.Text.Json.Nodes;
using Bacalhau.Cli.Output;

namespace Bacalhau.Cli.Tests.Output;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("", "\"\"")]
    [InlineData("true", "\"true\"")]
    [InlineData("1", "\"1\"")]
    [InlineData("y", "\"y\"")]
    [InlineData("2026-01-02T03:04:05Z", "\"2026-01-02T03:04:05Z\"")]
    [InlineData("********", "'********'")]
    [InlineData("a: b", "'a: b'")]
    [InlineData("it's: x", "'it''s: x'")]
    [InlineData("tab\there", "\"tab\\there\"")]
    [InlineData("-x", "-x")]
    [InlineData("!", "'!'")]
    public void Texts_are_quoted_when_they_would_read_as_something_else(string text, string expected) => Assert.Equal(expected, YamlScalar.Quote(text));

    [Fact]
    public void Several_lines_are_a_block() =>
        Assert.Equal("a: |\n  one\n  two\nb: |-\n  one\n  two\n", YamlText.OfObject(JsonNode.Parse("""{"b":"one\ntwo","a":"one\ntwo\n"}""")));

    [Fact]
    public void Lists_of_objects_are_not_indented() =>
        Assert.Equal("l:\n- a: 1\n  b: []\n- c\n", YamlText.OfObject(JsonNode.Parse("""{"l":[{"b":[],"a":1},"c"]}""")));
}
