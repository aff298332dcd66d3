using System.Security.Cryptography;
using Bacalhau.Compute.Engines;

namespace Bacalhau.Compute.Tests.Publishers.S3;

/// <summary>Results as one small object.</summary>
public class S3ArchiveTests(ResultBucket bucket) : S3PublisherConformance(bucket), IClassFixture<ResultBucket>
{
    protected override string Encoding => "gzip";

    [Fact]
    public async Task Archive_has_the_digest_that_is_told()
    {
        var result = await PublishAsync(NewExecution(), NewResults());

        using var found = await Bucket.Client.GetObjectAsync(Bucket.Name, result.Params["Key"].GetString());
        var content = new MemoryStream();
        await found.ResponseStream.CopyToAsync(content);
        Assert.Equal((content.Length, Convert.ToHexStringLower(SHA256.HashData(content.ToArray()))), (result.Metadata!.ArchiveBytes, result.Metadata.ArchiveSha256));
    }

    [Fact]
    public async Task Upload_that_an_earlier_life_of_the_node_left_is_given_up()
    {
        var execution = NewExecution();
        await Bucket.Client.InitiateMultipartUploadAsync(Bucket.Name, $"{Prefix}{execution}.tar.gz");

        await PublishAsync(execution, NewResults());

        Assert.Empty(await Bucket.UnfinishedAsync(Bucket.Name, Prefix));
    }

    [Fact]
    public async Task Object_that_another_execution_has_overwritten_is_not_withdrawn()
    {
        var (first, second) = (NewExecution(), NewExecution());
        var shared = PublisherFor("fixed");
        await PublishAsync(first, NewResults(), publisher: shared);
        var result = await PublishAsync(second, NewResults(), publisher: shared);

        await CreatePublisher().WithdrawAsync(TargetOf(first) with { Publisher = shared }, default);

        await FetchAsync(result);
    }

    [Fact]
    public async Task Too_large_an_archive_is_refused_and_leaves_nothing_behind()
    {
        Options = Options with { PartBytes = 64 << 10, LargestPartBytes = 64 << 10, MostParts = 3 };
        var folder = NewResults();
        await File.WriteAllBytesAsync(Path.Combine(folder, "outputs/large"), RandomNumberGenerator.GetBytes(300 << 10));

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), folder));

        Assert.Equal(("S3:TooLarge", true), (error.Problem.Code, error.IsRefusal));
        await AssertNothingPublishedAsync();
    }
}

/// <summary>Results as one object of several parts.</summary>
public sealed class S3PartsTests : S3ArchiveTests
{
    public S3PartsTests(ResultBucket bucket)
        : base(bucket) => Options = Options with { PartBytes = 64 << 10, PartsInMemory = 2 };

    protected override string NewResults()
    {
        var folder = base.NewResults();
        File.WriteAllBytes(Path.Combine(folder, "outputs/large"), RandomNumberGenerator.GetBytes(200 << 10));
        return folder;
    }
}
