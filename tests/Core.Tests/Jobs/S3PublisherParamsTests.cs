using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Jobs;

/// <summary>Parameters of S3 publishers; keys as in the recording golden/engines/publishers.md.</summary>
public sealed class S3PublisherParamsTests
{
    private static readonly DateTimeOffset _at = new(2025, 3, 1, 23, 4, 5, TimeSpan.FromHours(-2));

    [Theory]
    [InlineData("'Key':'k'", "Bucket", "needs Bucket")]
    [InlineData("'Bucket':'','Key':'x'", "Bucket", "needs Bucket")]
    [InlineData("'Bucket':'b'", "Key", "needs Key")]
    [InlineData("'Bucket':'b','Key':' '", "Key", "needs Key")]
    [InlineData("'Bucket':'b','Key':'a/../b'", "Key", "the part . or ..")]
    [InlineData("'Bucket':'b','Key':'./b'", "Key", "the part . or ..")]
    [InlineData("'Bucket':'b','Key':'a\\u0007b'", "Key", "control character")]
    [InlineData("'Bucket':'b','Key':'k','Encoding':'zip'", "Encoding", "unknown Encoding 'zip'")]
    [InlineData("'Bucket':'b','Key':'k','Encoding':'PLAIN'", "Encoding", "unknown Encoding 'PLAIN'")]
    [InlineData("'Bucket':'b','Key':'k','Endpoint':'localhost:9000'", "Endpoint", "no http or https URL")]
    [InlineData("'Bucket':'b','Key':'k','Region':'x.example.org'", "Region", "cannot be one")]
    [InlineData("'Bucket':'b','Key':7", "Key", "must be a text")]
    public void What_is_wrong_is_named_with_its_place(string parameters, string place, string problem)
    {
        var found = Assert.Single(S3PublisherParams.Read(Config(parameters)).Problems);

        Assert.Equal("Publisher.Params." + place, found.Path);
        Assert.Contains(problem, found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_that_is_too_long_is_refused() =>
        Assert.Equal(SpecProblemCode.TooLarge, Assert.Single(S3PublisherParams.Read(Config($"'Bucket':'b','Key':'{new string('ü', 513)}'")).Problems).Code);

    [Theory]
    [InlineData("t/{jobID}/{executionID}", "", "t/j-1/e-1.tar.gz")]
    [InlineData("n/{nodeID}/{executionID}.tar.gz", "gzip", "n/n-1/e-1.tar.gz")]
    [InlineData("dt/{date}/{time}", "gzip", "dt/20250302/010405.tar.gz")]
    [InlineData("zipname.zip", "gzip", "zipname.zip.tar.gz")]
    [InlineData("unk-{unknown}-{JOBID}", "gzip", "unk-{unknown}-{JOBID}.tar.gz")]
    [InlineData("q1/{executionID}", "plain", "q1/e-1/")]
    [InlineData("q2/{executionID}/", "plain", "q2/e-1/")]
    public void Key_is_made_of_its_template(string template, string encoding, string key) =>
        Assert.Equal(key, Read(template, encoding).KeyOf(new JobId("j-1"), new ExecutionId("e-1"), new NodeId("n-1"), _at));

    [Theory]
    [InlineData("t/{jobID}", 1)]
    [InlineData("fixed", 1)]
    [InlineData("t/{executionID}", 0)]
    public void Key_that_executions_share_is_warned_about(string template, int warnings) =>
        Assert.Equal(warnings, S3PublisherParams.Read(Config($"'Bucket':'b','Key':'{template}'")).Warnings.Length);

    [Theory]
    [InlineData("b", "r/e-1.tar.gz", "http://h:1", true)]
    [InlineData("b", "r/e-1.tar.gz", "http://h:1/", true)]
    [InlineData("b", "r/e-1.tar.gz", "http://h:2", false)]
    [InlineData("b", "r/e-1.tar.gz", null, false)]
    [InlineData("c", "r/e-1.tar.gz", "http://h:1", false)]
    [InlineData("b", "s/e-1.tar.gz", "http://h:1", false)]
    public void Results_lie_where_the_job_says(string bucket, string key, string? endpoint, bool mayBe)
    {
        var read = S3PublisherParams.Read(Config("'Bucket':'b','Key':'r/{executionID}','Endpoint':'http://h:1'")).Value!;

        Assert.Equal(mayBe, read.MayLieAt(endpoint is null ? null : new Uri(endpoint), bucket, key));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Managed_results_need_a_bucket_of_the_orchestrator(bool lacksBucket, int problems)
    {
        var job = TestJobs.With(TestJobs.Task with { Publisher = new SpecConfig { Type = "S3Managed" } });
        var rules = JobRules.Default with { LacksManagedResults = lacksBucket };

        Assert.Equal(problems, JobIntake.Check(job, GivenServerFields.None, JobDefaults.BuiltIn, rules).Problems.Length);
    }

    private static S3PublisherParams Read(string template, string encoding) => S3PublisherParams.Read(Config($"'Bucket':'b','Key':'{template}','Encoding':'{encoding}'")).Value!;

    private static SpecConfig Config(string parameters)
    {
        var read = JsonElement.Parse("{" + parameters.Replace('\'', '"') + "}");
        return new SpecConfig
        {
            Type = "s3",
            Params = read.EnumerateObject().ToImmutableSortedDictionary(item => item.Name, item => item.Value, StringComparer.Ordinal),
        };
    }
}
