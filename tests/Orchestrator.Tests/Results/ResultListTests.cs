using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Bacalhau.Core.Executions;
using Bacalhau.Orchestrator.Results;
using Bacalhau.Orchestrator.Tests.Http;
using static Bacalhau.Orchestrator.Tests.Results.PublishedJobs;

namespace Bacalhau.Orchestrator.Tests.Results;

/// <summary>Where results in buckets are listed, as in the recordings golden/engines/publishers.md and publishers-more.md.</summary>
public sealed class ResultListTests
{
    private const string Everything = """{"DateFormat":"","EndIndex":0,"Pattern":"","StartIndex":0,"Type":""}""";

    [Fact]
    public async Task Archive_in_a_bucket_has_an_address_and_its_place_as_recorded()
    {
        await using var cluster = await StartAsync(new ResultOptions { Signer = new FakeSigner() });
        var (job, execution) = await CompleteAsync(cluster, S3("pub", "t/x.tar.gz"));

        var listed = await ListAsync(cluster, job);

        var place = $$"""{"Bucket":"pub","ChecksumSHA256":"","Endpoint":"http://s3:9000","Filter":"","Key":"t/x.tar.gz","Partition":{{Everything}},"Region":"us-east-1","VersionID":""}""";
        Assert.Equal(
            $$$"""
            {"Type":"s3PreSigned","Params":{"Managed":false,"PreSignedURL":"https://pub.example.org/t/x.tar.gz?use=Get&seconds=900&sig=a+b","SourceSpec":{{{place}}}},
            "ExecutionID":"{{{execution}}}","Metadata":{"Files":2,"Bytes":7,"ArchiveBytes":180,"ArchiveSHA256":"aa","FileList":[{"Path":"stdout","Bytes":7,"SHA256":"bb"}]}}
            """.ReplaceLineEndings(""),
            listed);
    }

    [Fact]
    public async Task Managed_result_has_an_address_and_no_place_as_recorded()
    {
        var managed = new ManagedResults(new FakeSigner(), "managed", "prefix", "us-east-1", null, TimeSpan.FromHours(1));
        await using var cluster = await StartAsync(new ResultOptions { Managed = managed });
        var (job, execution) = await CompleteAsync(cluster, new PublishedResult { Type = "s3managed" }, "s3managed", "{}");

        var listed = await ListAsync(cluster, job);

        var nowhere = $$"""{"Bucket":"","ChecksumSHA256":"","Endpoint":"","Filter":"","Key":"","Partition":{{Everything}},"Region":"","VersionID":""}""";
        Assert.Equal(
            $$$"""{"Type":"s3PreSigned","Params":{"Managed":true,"PreSignedURL":"https://managed.example.org/prefix/{{{job}}}/{{{execution}}}.tar.gz?use=Get&seconds=3600&sig=a+b","SourceSpec":{{{nowhere}}}},"ExecutionID":"{{{execution}}}"}""",
            listed);
    }

    [Theory]
    [InlineData("pub", "q/x/", true, true)]
    [InlineData("pub", "t/x.tar.gz", false, true)]
    [InlineData("pub", "t/x.tar.gz", true, false)]
    [InlineData("other", "t/x.tar.gz", true, true)]
    [InlineData("pub", "secret.tar.gz", true, true)]
    public async Task Others_are_listed_as_they_were_published(string bucket, string key, bool isEnabled, bool hasKeys)
    {
        await using var cluster = await StartAsync(new ResultOptions { Signer = isEnabled ? new FakeSigner { HasKeys = hasKeys } : null });
        var (job, _) = await CompleteAsync(cluster, S3(bucket, key));

        Assert.StartsWith("{\"Type\":\"s3\",\"Params\":{\"Bucket\":\"" + bucket + "\",\"ChecksumSHA256\":\"\"", await ListAsync(cluster, job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_in_a_bucket_have_an_address_each()
    {
        var signer = new FakeSigner { Objects = [new("q/x/stdout", 3), new("q/x/outputs/a b", 5), new("q/y/stdout", 9)] };
        await using var cluster = await StartAsync(new ResultOptions { Signer = signer });
        var (job, execution) = await CompleteAsync(cluster, S3("pub", "q/x/"));

        var files = JsonElement.Parse(await cluster.Client.GetStringAsync(new Uri($"/api/v1/orchestrator/jobs/{job}/results/{execution}/files", UriKind.Relative))).GetProperty("Items");

        Assert.Equal([("stdout", 3), ("outputs/a b", 5)], files.EnumerateArray().Select(file => (file.GetProperty("Path").GetString()!, file.GetProperty("Bytes").GetInt32())));
        Assert.Equal("https://pub.example.org/q/x/stdout?use=Get&seconds=900&sig=a+b", files[0].GetProperty("URL").GetString());
    }

    [Fact]
    public async Task What_lies_beside_the_files_of_a_result_gets_no_address()
    {
        var signer = new FakeSigner { Objects = [new("q/x/stdout", 3), new("q/x/of somebody else", 5)] };
        await using var cluster = await StartAsync(new ResultOptions { Signer = signer });
        var result = S3("pub", "q/x/");
        var (job, execution) = await CompleteAsync(cluster, result with { Metadata = result.Metadata! with { Files = 1 } });

        var files = JsonElement.Parse(await cluster.Client.GetStringAsync(new Uri($"/api/v1/orchestrator/jobs/{job}/results/{execution}/files", UriKind.Relative))).GetProperty("Items");

        Assert.Equal("stdout", Assert.Single(files.EnumerateArray()).GetProperty("Path").GetString());
    }

    [Theory]
    [InlineData("pub", "t/x.tar.gz", true)]
    [InlineData("other", "q/x/", true)]
    [InlineData("pub", "q/x/", false)]
    public async Task Files_that_nobody_may_list_are_not_found(string bucket, string key, bool hasKeys)
    {
        await using var cluster = await StartAsync(new ResultOptions { Signer = new FakeSigner { HasKeys = hasKeys } });
        var (job, execution) = await CompleteAsync(cluster, S3(bucket, key));

        using var answer = await cluster.Client.GetAsync(new Uri($"/api/v1/orchestrator/jobs/{job}/results/{execution}/files", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Executions_show_what_their_result_is_made_of_without_the_list()
    {
        await using var cluster = await StartAsync(new ResultOptions());
        var (job, _) = await CompleteAsync(cluster, S3("pub", "t/x.tar.gz"));

        var shown = JsonElement.Parse(await cluster.Client.GetStringAsync(new Uri($"/api/v1/orchestrator/jobs/{job}/executions", UriKind.Relative)));

        var metadata = shown.GetProperty("Items")[0].GetProperty("PublishedResult").GetProperty("Metadata");
        Assert.Equal("""{"Files":2,"Bytes":7,"ArchiveBytes":180,"ArchiveSHA256":"aa"}""", metadata.GetRawText());
    }

    private static async Task<string> ListAsync(ApiCluster cluster, string job)
    {
        var answer = JsonElement.Parse(await cluster.Client.GetStringAsync(new Uri($"/api/v1/orchestrator/jobs/{job}/results", UriKind.Relative)));
        return answer.GetProperty("Items")[0].GetRawText();
    }

    private static PublishedResult S3(string bucket, string key) => new()
    {
        Type = "s3",
        Params = ImmutableSortedDictionary<string, JsonElement>.Empty.WithComparers(StringComparer.Ordinal)
            .AddRange(new[] { ("Bucket", bucket), ("ChecksumSHA256", ""), ("Endpoint", "http://s3:9000"), ("Filter", ""), ("Key", key), ("Region", "us-east-1"), ("VersionID", "") }
                .Select(item => KeyValuePair.Create(item.Item1, JsonElement.Parse($"\"{item.Item2}\""))))
            .Add("Partition", JsonElement.Parse(Everything)),
        Metadata = new ResultMetadata { Files = 2, Bytes = 7, ArchiveBytes = 180, ArchiveSha256 = "aa", Listed = [new ResultFile { Path = "stdout", Bytes = 7, Sha256 = "bb" }] },
    };
}
