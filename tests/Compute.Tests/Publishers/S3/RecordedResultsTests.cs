using Amazon.Runtime;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.Publishers.S3;
using Bacalhau.Compute.S3;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Compute.Tests.Publishers.S3;

/// <summary>The cases of the recordings golden/engines/publishers.md and publishers-more.md, with the real server: where results lie, and what is found before the program runs.</summary>
public sealed class RecordedResultsTests(ResultBucket bucket) : S3PublisherConformance(bucket), IClassFixture<ResultBucket>
{
    private string encoding = "gzip";

    protected override string Encoding => encoding;

    [Theory]
    [InlineData("t/{jobID}/{executionID}", "gzip", "t/j-1/<exec-id>.tar.gz")]
    [InlineData("n/{nodeID}/{executionID}.tar.gz", "gzip", "n/n-1/<exec-id>.tar.gz")]
    [InlineData("dt/{date}/{time}", "gzip", "dt/20250302/010405.tar.gz")]
    [InlineData("full.tar.gz", "gzip", "full.tar.gz")]
    [InlineData("zipname.zip", "gzip", "zipname.zip.tar.gz")]
    [InlineData("unk-{unknown}-{JOBID}", "gzip", "unk-{unknown}-{JOBID}.tar.gz")]
    [InlineData("fixed", "gzip", "fixed.tar.gz")]
    [InlineData("q1/{executionID}", "plain", "q1/<exec-id>/")]
    [InlineData("q2/{executionID}/", "plain", "q2/<exec-id>/")]
    public async Task Result_lies_where_it_did(string key, string given, string recorded)
    {
        encoding = given;
        var execution = NewExecution();

        var result = await PublishAsync(execution, NewResults(), publisher: PublisherFor(key));

        var expected = Prefix + recorded.Replace("<exec-id>", execution.Value, StringComparison.Ordinal);
        Assert.Equal("s3", result.Type);
        Assert.Equal(
            $$"""
            "Bucket": "{{Bucket.Name}}", "ChecksumSHA256": "", "Endpoint": "{{Bucket.Endpoint}}", "Filter": "", "Key": "{{expected}}",
            "Partition": {"DateFormat":"","EndIndex":0,"Pattern":"","StartIndex":0,"Type":""}, "Region": "us-east-1", "VersionID": ""
            """.ReplaceLineEndings(" "),
            string.Join(", ", result.Params.Select(item => $"\"{item.Key}\": {item.Value.GetRawText()}")));
        Assert.All(await Bucket.KeysAsync(Bucket.Name, Prefix), found => Assert.StartsWith(expected, found, StringComparison.Ordinal));
        await FetchAsync(result);
    }

    [Fact]
    public async Task Plain_results_are_the_recorded_objects_without_the_link()
    {
        encoding = "plain";
        var folder = NewResults();
        File.CreateSymbolicLink(Path.Combine(folder, "outputs/link"), "bytes");

        await PublishAsync(NewExecution(), folder, publisher: PublisherFor("q"));

        string[] names = ["exitCode", "outputs/bytes", "outputs/sub/made.txt", "stderr", "stdout"];
        Assert.Equal(names.Select(name => $"{Prefix}q/{name}"), await Bucket.KeysAsync(Bucket.Name, Prefix));
    }

    [Theory]
    [InlineData("Encoding", "zip", "S3:BadParameters", "Encoding")]
    [InlineData("Encoding", "PLAIN", "S3:BadParameters", "Encoding")]
    [InlineData("Bucket", "", "S3:BadParameters", "Bucket")]
    [InlineData("Key", "", "S3:BadParameters", "Key")]
    [InlineData("Key", "a/../b", "S3:BadParameters", "..")]
    [InlineData("Bucket", "no-such-bucket-here", "S3:NotFound", "no-such-bucket-here")]
    [InlineData("Endpoint", "http://169.254.169.254", "S3:AddressNotAllowed", "169.254.169.254")]
    [InlineData("Endpoint", "http://127.0.0.2:1", "S3:AddressNotAllowed", "Compute.AllowedHosts")]
    [InlineData("Endpoint", "ftp://x", "S3:BadParameters", "Endpoint")]
    public async Task What_is_wrong_is_found_before_the_program_runs(string name, string value, string code, string said)
    {
        var sound = PublisherFor("{executionID}");
        var bad = sound with { Params = sound.Params.SetItem(name, Spec.Of("", (name, value)).Params[name]) };

        var problem = await CreatePublisher().FindRefusalAsync(bad, default);

        Assert.Equal(code, problem?.Code);
        Assert.Contains(said, problem!.Message, StringComparison.Ordinal);
        await AssertNothingPublishedAsync();
    }

    [Fact]
    public async Task Server_that_cannot_be_reached_is_no_refusal()
    {
        var publisher = PublisherFor("x");
        publisher = publisher with { Params = publisher.Params.SetItem("Endpoint", Spec.Of("", ("Endpoint", "http://127.0.0.1:1")).Params["Endpoint"]) };

        var error = await Assert.ThrowsAsync<EngineException>(() => CreatePublisher().FindRefusalAsync(publisher, default));

        Assert.Equal(("S3:BrokeOff", false), (error.Problem.Code, error.IsRefusal));
        Assert.Contains("could not be written", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Region_may_be_left_out_with_an_endpoint_and_not_without()
    {
        var given = PublisherFor("x");
        var without = given with { Params = given.Params.Remove("Region") };

        Assert.Null(await CreatePublisher().FindRefusalAsync(without, default));
        Assert.Equal("S3:NoRegion", (await CreatePublisher().FindRefusalAsync(without with { Params = without.Params.Remove("Endpoint") }, default))?.Code);
    }

    [Fact]
    public async Task Keys_that_do_not_open_the_bucket_are_found_before_the_program_runs()
    {
        using var http = GuardedHttp.Create(new AddressFilter(["127.0.0.1"]));
        S3Keys[] wrong = [new(new BasicAWSCredentials(Bucket.Keys.GetCredentials().AccessKey, "wr0ng"), AreStatic: true, "key wrong"), S3Keys.Anonymous];
        foreach (var keys in wrong)
        {
            using var publisher = new S3Publisher(http, () => Task.FromResult(keys), Options, TimeProvider.System);

            var problem = await publisher.FindRefusalAsync(Publisher, default);

            Assert.Equal("S3:Denied", problem?.Code);
            Assert.DoesNotContain("wr0ng", problem!.Message + problem.Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Node_without_credentials_does_not_have_the_publisher()
    {
        using var http = GuardedHttp.Create(new AddressFilter([]));
        using var without = new S3Publisher(http, () => Task.FromResult(S3Keys.Anonymous), Options, TimeProvider.System);
        using var looking = new S3Publisher(http, () => new TaskCompletionSource<S3Keys>().Task, Options, TimeProvider.System);

        Assert.Equal("the node has no AWS credentials", await without.FindWhyUnavailableAsync(default));
        Assert.Equal("the node looks for AWS credentials", await looking.FindWhyUnavailableAsync(default));
    }

    [Fact]
    public async Task Bucket_that_jobs_may_not_use_is_refused()
    {
        Options = Options with { Buckets = ["other-*"] };

        Assert.Equal("S3:BucketNotAllowed", (await CreatePublisher().FindRefusalAsync(Publisher, default))?.Code);
        await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), NewResults()));
    }
}
