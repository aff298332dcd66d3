using Bacalhau.Compute.Inputs.Local;

namespace Bacalhau.Compute.Tests.Inputs;

public sealed class PathGlobTests
{
    [Theory]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/a/b", false)]
    [InlineData("/a/", "/a", true)]
    [InlineData("/a/*", "/a/b", true)]
    [InlineData("/a/*", "/a/b/c", false)]
    [InlineData("/a/**", "/a", true)]
    [InlineData("/a/**", "/a/b/c", true)]
    [InlineData("/a/**", "/ab", false)]
    [InlineData("/a/**/z", "/a/z", true)]
    [InlineData("/a/**/z", "/a/b/c/z", true)]
    [InlineData("/a/**/z", "/a/bz", false)]
    [InlineData("/a/x*.txt", "/a/x1.txt", true)]
    [InlineData("/a/x*.txt", "/a/x1xtxt", false)]
    [InlineData("/a/?", "/a/b", true)]
    [InlineData("/a/?", "/a/bc", false)]
    [InlineData("/a/[b-d]", "/a/c", true)]
    [InlineData("/a/[!b-d]", "/a/c", false)]
    [InlineData("/a/{b,c}/d", "/a/c/d", true)]
    [InlineData("/a/{b,c}/d", "/a/e/d", false)]
    [InlineData("/a/\\*", "/a/*", true)]
    [InlineData("/a/\\*", "/a/b", false)]
    [InlineData("/a.b", "/aXb", false)]
    [InlineData("/**", "/any/thing", true)]
    [InlineData("/**", "/", true)]
    public void Pattern_matches_as_shells_do(string pattern, string path, bool matches) => Assert.Equal(matches, new PathGlob(pattern).IsMatch(path));

    [Theory]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("/a/[b")]
    [InlineData("/a/{b")]
    public void Pattern_that_cannot_be_read_is_named(string entry) =>
        Assert.Contains("Compute.AllowListedLocalPaths", Assert.Throws<FormatException>(() => AllowedPaths.Parse([entry])).Message, StringComparison.Ordinal);
}
