using System.Collections.Immutable;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Jobs;

public sealed class LabelSelectorTests
{
    private static readonly ImmutableSortedDictionary<string, string> _labels = TextMap.Empty.Add("zone", "a").Add("size", "5").Add("empty", "");

    [Theory]
    [InlineData("zone=a", true)]
    [InlineData("zone==b", false)]
    [InlineData("zone!=b", true)]
    [InlineData("gone!=b", true)]
    [InlineData("zone in (b,a)", true)]
    [InlineData("zone notin (b, c)", true)]
    [InlineData("gone notin (b)", true)]
    [InlineData("zone", true)]
    [InlineData("gone", false)]
    [InlineData("!gone", true)]
    [InlineData("! zone", false)]
    [InlineData("size>4", true)]
    [InlineData("size>5", false)]
    [InlineData("size < 6", true)]
    [InlineData("zone>4", false)]
    [InlineData("empty=", true)]
    [InlineData("zone=a,size>4,!gone", true)]
    [InlineData("zone=a,size>9", false)]
    [InlineData(" ", true)]
    public void Selectors_match_labels(string text, bool matches)
    {
        Assert.True(LabelSelectorText.TryParse(text, out var requirements, out var reason), reason);
        Assert.Equal(matches, LabelSelector.Matches(requirements, _labels));
    }

    [Theory]
    [InlineData("a,,b")]
    [InlineData("a in b")]
    [InlineData("a in ()x")]
    [InlineData("(a)")]
    [InlineData("a b")]
    [InlineData("a>b")]
    [InlineData("=a")]
    [InlineData("-a-=b")]
    [InlineData("a=b c")]
    [InlineData("a near (b)")]
    public void Other_texts_are_refused_with_a_reason(string text)
    {
        Assert.False(LabelSelectorText.TryParse(text, out _, out var reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Requirements_come_sorted_by_key_with_their_values_sorted()
    {
        Assert.True(LabelSelectorText.TryParse("zone in (b,a),!gone,size>4", out var requirements, out _));
        Assert.Equal(["!gone", "size>4", "zone in (a,b)"], requirements.Select(LabelSelector.Format));
    }

    [Theory]
    [InlineData("", "=", "x", "Constraints[0].Key")]
    [InlineData("favour_", "=", "x", "Constraints[0].Key")]
    [InlineData("-bad-", "=", "x", "Constraints[0].Key")]
    [InlineData("Example.com/a", "=", "x", "Constraints[0].Key")]
    [InlineData("a", "", "x", "Constraints[0].Operator")]
    [InlineData("a", "~", "x", "Constraints[0].Operator")]
    [InlineData("a", "IN", "x", "Constraints[0].Operator")]
    [InlineData("a", "gt", "x", "Constraints[0].Values[0]")]
    [InlineData("a", "=", "x y", "Constraints[0].Values[0]")]
    [InlineData("a", "exists", "x", "Constraints[0].Values")]
    public void A_wrong_constraint_is_refused_at_its_place(string key, string token, string value, string path) => Assert.Equal(
        path,
        TestJobs.ProblemOf(TestJobs.Job with { Constraints = [new LabelRequirement { Key = key, Operator = token, Values = [value] }] }).Path);

    [Theory]
    [InlineData("example.com/a_b.c-d")]
    [InlineData("favour_zone")]
    [InlineData("A")]
    public void Label_keys_may_have_a_domain_or_be_wishes(string key) =>
        Assert.Empty(TestJobs.Check(TestJobs.Job with { Constraints = [new LabelRequirement { Key = key, Operator = "exists" }] }).Problems);
}
