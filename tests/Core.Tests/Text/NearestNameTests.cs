using Bacalhau.Core.Text;

namespace Bacalhau.Core.Tests.Text;

public sealed class NearestNameTests
{
    private static readonly string[] _known = ["Name", "Namespace", "Type", "Tasks", "Count"];

    [Theory]
    [InlineData("Nmae", "Name")]
    [InlineData("names", "Name")]
    [InlineData("task", "Tasks")]
    [InlineData("Cuont", "Count")]
    [InlineData("Nonsense", null)]
    [InlineData("", null)]
    public void The_likeliest_name_is_found(string written, string? meant) => Assert.Equal(meant, NearestName.Of(written, _known));
}
