using Bacalhau.Compute.Engines;

namespace Bacalhau.Compute.Tests.Publishers.S3;

/// <summary>Results as one object for each file.</summary>
public sealed class S3PlainTests(ResultBucket bucket) : S3PublisherConformance(bucket), IClassFixture<ResultBucket>
{
    protected override string Encoding => "plain";

    [Fact]
    public async Task Withdrawal_leaves_what_others_put_beside_it()
    {
        var execution = NewExecution();
        await PublishAsync(execution, NewResults());
        await Bucket.PutAsync(Bucket.Name, $"{Prefix}{execution}/notes.txt", "mine");

        await CreatePublisher().WithdrawAsync(TargetOf(execution), default);

        Assert.Equal([$"{Prefix}{execution}/notes.txt"], await Bucket.KeysAsync(Bucket.Name, Prefix));
    }

    [Fact]
    public async Task Too_many_files_are_refused_before_the_first_is_sent()
    {
        Options = Options with { MostFiles = 4 };

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), NewResults(), _ => throw new InvalidOperationException("nothing may be sent")));

        Assert.Equal(("S3:TooManyFiles", true), (error.Problem.Code, error.IsRefusal));
    }

    [Fact]
    public async Task Name_that_is_too_long_for_a_key_is_refused_by_name()
    {
        var folder = NewResults();
        var deep = Path.Combine([folder, "outputs", .. Enumerable.Repeat(new string('d', 200), 6)]);
        Directory.CreateDirectory(deep);
        await File.WriteAllTextAsync(Path.Combine(deep, "file"), "x");

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), folder));

        Assert.Equal("S3:BadName", error.Problem.Code);
        await AssertNothingPublishedAsync();
    }
}
