using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Jobs;

public sealed class IpfsInputParamsTests
{
    private const string Cid = "QmSUpUCXZSMMMVmdsc6Hnuwq2x4MQkWmMu6Bt17UyM7KF7";

    [Theory]
    [InlineData("{}", "needs CID")]
    [InlineData("""{"CID":" "}""", "needs CID")]
    [InlineData("""{"CID":7}""", "must be a text")]
    [InlineData("""{"CID":"abc"}""", "CID 'abc' is no CID")]
    [InlineData("""{"CID":"abc/one.txt"}""", "CID 'abc' is no CID")]
    [InlineData($$"""{"CID":"/ipfs/{{Cid}}"}""", "is no CID")]
    [InlineData($$"""{"CID":"{{Cid}}/../x"}""", "path '../x'")]
    [InlineData($$"""{"CID":"{{Cid}}/a//b"}""", "path 'a//b'")]
    [InlineData($$"""{"CID":"{{Cid}}//b"}""", "path '/b'")]
    [InlineData($$"""{"CID":"{{Cid}}/a\u0000"}""", "path 'a")]
    public void What_is_wrong_is_named_with_its_place(string parameters, string problem)
    {
        var found = IpfsInputParams.Read(Config(parameters)).Problems[0];

        Assert.Equal("Source.Params.CID", found.Path);
        Assert.Contains(problem, found.Message, StringComparison.Ordinal);
        Assert.NotEqual("", found.ToString());
    }

    [Theory]
    [InlineData(Cid, "")]
    [InlineData(Cid + "/", "")]
    [InlineData(Cid + "/one.txt", "one.txt")]
    [InlineData(Cid + "/sub dir/ünï/", "sub dir/ünï")]
    public void Cid_and_path_are_told_apart(string text, string path)
    {
        var read = IpfsInputParams.Read(Config($$"""{"cid":" {{text}} "}"""));

        Assert.Empty(read.Warnings);
        Assert.Equal((Cid, path), (read.Value!.Cid.ToString(), read.Value.Path));
    }

    [Fact]
    public void Bad_CID_is_refused_when_the_job_is_submitted()
    {
        var input = new InputSource { Source = Config("""{"CID":"abc"}"""), Target = "/in" };

        var problem = TestJobs.ProblemOf(TestJobs.With(TestJobs.Task with { InputSources = [input] }));

        Assert.Equal("Tasks[0].InputSources[0].Source.Params.CID", problem.Path);
    }

    private static SpecConfig Config(string parameters) => new()
    {
        Type = "ipfs",
        Params = JsonDocument.Parse(parameters).RootElement.EnumerateObject().ToImmutableSortedDictionary(item => item.Name, item => item.Value, StringComparer.Ordinal),
    };
}
