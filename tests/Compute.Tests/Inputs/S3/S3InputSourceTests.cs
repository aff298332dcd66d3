using System.Security.Cryptography;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.S3;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>S3 inputs from a real server, Ceph's; the cases of the recording golden/engines/storage-s3.md.</summary>
public sealed class S3InputSourceTests : InputSourceConformance, IClassFixture<RecordedObjects>
{
    private readonly RecordedObjects objects;
    private readonly HttpClient http = GuardedHttp.Create(new AddressFilter(["127.0.0.1"]));
    private readonly InputCache cache;
    private S3InputOptions options = new() { FirstPause = TimeSpan.FromMilliseconds(1) };
    private S3Keys? keys;

    public S3InputSourceTests(RecordedObjects objects)
    {
        this.objects = objects;
        cache = InputCache.Open(Path.Combine(Root, "cache"), 1_000_000_000, TimeProvider.System);
    }

    protected override SpecConfig Refused => Spec.Of("s3", ("Key", "x"));

    [Theory]
    [InlineData("single.txt", "", "single.txt")]
    [InlineData("data/", "", "a.txt b.txt sub/c.txt sub/deep/d.csv")]
    [InlineData("data/*", "", "a.txt b.txt sub/c.txt sub/deep/d.csv")]
    [InlineData("data", "", "data")]
    [InlineData("data/a*", "", "a.txt")]
    [InlineData("", @".*\.md$", "logs/readme.md")]
    [InlineData(null, "^data2/.*", "data2/e.txt")]
    [InlineData("data/*", "^sub/.*", "sub/c.txt sub/deep/d.csv")]
    [InlineData("single.txt", "nothing", "single.txt")]
    [InlineData("dirobj/", "", "")]
    [InlineData("uni/*", "", "ünï_cödé.txt")]
    public async Task Recorded_objects_are_found_under_the_recorded_names(string? key, string filter, string names)
    {
        var mount = await PrepareAsync(Input(("Key", key), ("Filter", filter)));

        var found = Directory.EnumerateFiles(mount.Source, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(mount.Source, file).Replace(' ', '_'));
        Assert.Equal(names, string.Join(' ', found.Order(StringComparer.Ordinal)));
        Assert.Equal(("/inputs", false), (mount.Target, mount.Writable));
    }

    [Theory]
    [InlineData("nosuch.txt", "", "S3:NotFound")]
    [InlineData("data/sub", "", "S3:NotFound")]
    [InlineData("dat", "", "S3:NotFound")]
    [InlineData("nosuch/*", "", "S3:NotFound")]
    [InlineData("data/*", "^data/sub/.*", "S3:NotFound")]
    [InlineData("data/*", "nothing", "S3:NotFound")]
    [InlineData("da*", "", "S3:BadName")]
    [InlineData("esc/*", "", "S3:BadName")]
    public async Task What_cannot_be_had_is_refused_by_name(string key, string filter, string code)
    {
        var error = await FailAsync(Input(("Key", key), ("Filter", filter)));

        Assert.Equal((code, true), (error.Problem.Code, error.IsRefusal));
        Assert.Contains($"s3://{objects.Bucket}/{key.TrimEnd('*')}", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_bucket_is_refused() => Assert.Equal("S3:NotFound", (await FailAsync(Input(("Bucket", "nosuchbucket"), ("Key", "a/")))).Problem.Code);

    [Fact]
    public async Task Region_is_not_needed_where_the_endpoint_is_given() =>
        Assert.Equal("single", await ReadAsync(Spec.Of("s3", ("Endpoint", objects.Endpoint), ("Bucket", objects.Bucket), ("Key", "single.txt"))));

    [Fact]
    public async Task Region_of_another_name_does_not_matter_to_the_server() => Assert.Equal("single", await ReadAsync(Input(("Key", "single.txt"), ("Region", "eu-west-9"))));

    [Fact]
    public async Task Large_object_is_whole()
    {
        var mount = await PrepareAsync(Input(("Key", "big/blob.bin")));

        Assert.Equal(new string('b', 30 * 1024 * 1024), await File.ReadAllTextAsync(Path.Combine(mount.Source, "blob.bin")));
    }

    [Fact]
    public async Task Version_is_the_newest_unless_one_is_named()
    {
        Assert.Equal("two", await ReadAsync(Input(("Bucket", objects.Versioned), ("Key", "f.txt"))));
        Assert.Equal("one", await ReadAsync(Input(("Bucket", objects.Versioned), ("Key", "f.txt"), ("VersionID", objects.FirstVersion))));
        Assert.Equal("two", await ReadAsync(Input(("Bucket", objects.Versioned), ("Key", "f*"), ("VersionID", objects.FirstVersion))));
    }

    [Fact]
    public async Task Unknown_version_is_refused()
    {
        var error = await FailAsync(Input(("Bucket", objects.Versioned), ("Key", "f.txt"), ("VersionID", "abcdef")));

        Assert.True(error is { IsRefusal: true, Problem.Code: "S3:NotFound" or "S3:BadRequest" }, error.Message);
    }

    [Fact]
    public async Task Checksum_is_that_of_the_bytes()
    {
        Assert.Equal("sum", await ReadAsync(Input(("Key", "sum.txt"), ("ChecksumSHA256", Sha256("sum")))));

        var error = await FailAsync(Input(("Key", "sum.txt"), ("ChecksumSHA256", Sha256("other"))));

        Assert.Equal(("S3:ChecksumMismatch", true), (error.Problem.Code, error.IsRefusal));
        Assert.Contains(Sha256("sum"), error.Problem.Message, StringComparison.Ordinal);
        Assert.Equal("sum", await ReadAsync(Input(("Key", "sum.txt"))));
    }

    [Fact]
    public async Task Wrong_secret_is_refused()
    {
        keys = new S3Keys(new Amazon.Runtime.BasicAWSCredentials(objects.Keys.GetCredentials().AccessKey, "wrong"), AreStatic: true, "key");

        Assert.Equal(("S3:Denied", true), await FailAsync(Input(("Key", "single.txt"))) is var error ? (error.Problem.Code, error.IsRefusal) : default);
    }

    [Fact]
    public async Task Anybody_reads_a_public_object_and_no_other()
    {
        keys = S3Keys.Anonymous;
        var key = $"public-{Guid.NewGuid():N}";
        await objects.Client.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest
        {
            BucketName = objects.Bucket,
            Key = key,
            ContentBody = "for all",
            UseChunkEncoding = false,
            CannedACL = Amazon.S3.S3CannedACL.PublicRead,
        });

        Assert.Equal("for all", await ReadAsync(Input(("Key", key))));
        Assert.Equal("S3:Denied", (await FailAsync(Input(("Key", "single.txt")))).Problem.Code);
    }

    [Fact]
    public async Task Many_objects_are_listed_in_pages()
    {
        var prefix = $"many-{Guid.NewGuid():N}/";
        await Task.WhenAll(Enumerable.Range(0, 25).Select(i => objects.PutAsync(objects.Bucket, $"{prefix}{i / 10}/{i}", "")));
        options = options with { ListedAtOnce = 10 };

        var mount = await PrepareAsync(Input(("Key", prefix)));

        Assert.Equal(25, Directory.EnumerateFiles(mount.Source, "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task Each_partition_gets_its_part()
    {
        var parts = new List<string>();
        for (var partition = 0; partition < 3; partition++)
        {
            var request = new InputRequest(Input(Input(("Key", "data/"), ("Partition", new System.Text.Json.Nodes.JsonObject { ["Type"] = "object" }))), Directory.CreateDirectory(Path.Combine(Root, $"part-{partition}")).FullName)
            {
                Partition = partition,
                PartitionCount = 3,
            };
            var mount = await CreateSource().PrepareAsync(request, new Progress<ExecutionProgress>(), default);
            parts.AddRange(Directory.EnumerateFiles(mount.Source, "*", SearchOption.AllDirectories).Select(Path.GetFileName)!);
        }

        Assert.Equal(["a.txt", "b.txt", "c.txt", "d.csv"], parts.Order(StringComparer.Ordinal));
    }

    public override ValueTask InitializeAsync()
    {
        _ = objects.Endpoint;
        return base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        http.Dispose();
        cache.Dispose();
        await base.DisposeAsync();
    }

    protected override IInputSource CreateSource() => new S3InputSource(
        http, cache, () => Task.FromResult(keys ?? new S3Keys(objects.Keys, AreStatic: true, "key test")), options, TimeProvider.System);

    protected override async Task<SpecConfig> FileAsync(string content)
    {
        var key = $"files/{Guid.NewGuid():N}";
        await objects.PutAsync(objects.Bucket, key, content);
        return Input(("Key", key));
    }

    protected override async Task<SpecConfig?> FolderAsync()
    {
        await objects.PutAsync(objects.Bucket, "folder/a.txt", "from a");
        await objects.PutAsync(objects.Bucket, "folder/sub/b.txt", "from b");
        return Input(("Key", "folder/"));
    }

    private static string Sha256(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private SpecConfig Input(params (string Name, System.Text.Json.Nodes.JsonNode? Value)[] parameters)
    {
        var all = new Dictionary<string, System.Text.Json.Nodes.JsonNode?> { ["Endpoint"] = objects.Endpoint, ["Region"] = "us-east-1", ["Bucket"] = objects.Bucket };
        foreach (var (name, value) in parameters)
        {
            all[name] = value;
        }

        return Spec.Of("s3", [.. all.Select(pair => (pair.Key, pair.Value))]);
    }

    private async Task<string> ReadAsync(SpecConfig input) => await File.ReadAllTextAsync(Directory.GetFiles((await PrepareAsync(input)).Source).Single());

    private Task<EngineException> FailAsync(SpecConfig input) => Assert.ThrowsAsync<EngineException>(() => PrepareAsync(input));
}
