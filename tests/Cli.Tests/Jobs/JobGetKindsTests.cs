using System.Security.Cryptography;
using System.Text;
using Bacalhau.Cli.Tests.Support;
using static Bacalhau.Cli.Tests.Support.OfferedResults;

namespace Bacalhau.Cli.Tests.Jobs;

/// <summary><c>job get</c> of results in buckets, of several executions in one folder, and of what is damaged or no longer good.</summary>
public sealed class JobGetKindsTests
{
    private const string First = "e-11111111-1111-4111-8111-111111111111";
    private const string Second = "e-22222222-2222-4222-8222-222222222222";

    [Fact]
    public async Task Merged_outputs_follow_each_other_in_the_order_of_partitions()
    {
        await using var api = Api(
            (Second, Archive(("stdout", "of 0\n"), ("stderr", ""), ("exitCode", "3"), ("outputs/a", "A"), ("outputs/same", "s"))),
            (First, Archive(("stdout", "of 1\n"), ("stderr", "e1"), ("exitCode", "0"), ("outputs/b", "B"), ("outputs/same", "s"))));
        using var cli = new CliRun().With(api);

        var result = await cli.RunAsync("job", "get", "two", "--merge");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(("of 0\nof 1\n", "e1", "3\n0\n"), (Read(cli, "stdout"), Read(cli, "stderr"), Read(cli, "exitCode")));
        Assert.Equal(("A", "B", "s"), (Read(cli, "outputs/a"), Read(cli, "outputs/b"), Read(cli, "outputs/same")));
        Assert.Equal(6, FilesOf(cli).Count);
    }

    [Theory]
    [InlineData("outputs/same", "outputs/same")]
    [InlineData("outputs/x", "outputs/x/y")]
    public async Task Clash_of_merged_results_is_refused_before_anything_is_moved(string one, string other)
    {
        await using var api = Api((First, Archive(("stdout", "a"), ("outputs/own", "1"), (one, "1"))), (Second, Archive(("stdout", "b"), (other, "2"))));
        using var cli = new CliRun().With(api);
        Directory.CreateDirectory(cli.PathOf("res"));

        var result = await cli.RunAsync("job", "get", "two", "--merge", "--output-dir", "res");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("several executions have a different", result.Error, StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFileSystemEntries(cli.PathOf("res")), path => Assert.StartsWith(".bacalhau-get-", Path.GetFileName(path), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damaged_archive_is_fetched_anew_once_and_never_has_its_name()
    {
        var archive = Archive(("stdout", "hello"));
        var answers = new Queue<byte[]>([[.. archive[..^1], 7], archive]);
        await using var api = new FakeApi();
        api.On("GET", "/orchestrator/jobs/out/results", Item("urlDownload", "URL", $"{api.Address}/{First}-secret.tar.gz", Digest(archive)))
            .On("GET", $"/{First}-secret.tar.gz", _ => new(200, answers.Dequeue()));
        using var cli = new CliRun().With(api);

        Assert.Equal(0, (await cli.RunAsync("job", "get", "out")).ExitCode);
        Assert.Equal("hello", File.ReadAllText(cli.PathOf("job-out/stdout")));
    }

    [Fact]
    public async Task Archive_that_stays_damaged_is_an_error()
    {
        var archive = Archive(("stdout", "hello"));
        await using var api = new FakeApi();
        api.On("GET", "/orchestrator/jobs/out/results", Item("s3PreSigned", "PreSignedURL", $"{api.Address}/x.tar.gz?sig=s3cret", Digest([1])))
            .On("GET", "/x.tar.gz", _ => new(200, archive));
        using var cli = new CliRun().With(api);

        var result = await cli.RunAsync("job", "get", "out", "--raw");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("its SHA-256 is not the one that was published", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.Error, StringComparison.Ordinal);
        Assert.Empty(FilesOf(cli));
    }

    [Fact]
    public async Task Address_that_is_no_longer_good_is_asked_for_anew()
    {
        var archive = Archive(("stdout", "hello"));
        var asked = 0;
        await using var api = new FakeApi();
        api.On("GET", "/api/v1/orchestrator/jobs/out/results", _ => new(200, Encoding.UTF8.GetBytes(Item("s3PreSigned", "PreSignedURL", $"{api.Address}/x.tar.gz?sig={++asked}", Digest(archive)))))
            .On("GET", "/x.tar.gz", request => request.QueryString["sig"] == "2" ? new(200, archive) : new(403, []));
        using var cli = new CliRun().With(api);

        var result = await cli.RunAsync("job", "get", "out");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal("hello", File.ReadAllText(cli.PathOf("job-out/stdout")));
    }

    [Fact]
    public async Task Files_in_a_bucket_are_fetched_one_by_one()
    {
        await using var api = Bucket(("stdout", "hello"), ("outputs/a b.txt", "A"));
        using var cli = new CliRun().With(api);

        var result = await cli.RunAsync("job", "get", "out");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(("hello", "A"), (File.ReadAllText(cli.PathOf("job-out/stdout")), File.ReadAllText(cli.PathOf("job-out/outputs/a b.txt"))));
        Assert.Equal(2, FilesOf(cli).Count);
    }

    [Fact]
    public async Task One_file_in_a_bucket_is_fetched_alone()
    {
        await using var api = Bucket(("stdout", "hello"), ("outputs/a b.txt", "A"));
        using var cli = new CliRun().With(api);

        Assert.Equal(0, (await cli.RunAsync("job", "get", "out/stdout")).ExitCode);
        Assert.Equal(["job-out/stdout"], FilesOf(cli));
        Assert.DoesNotContain(api.Requests, request => request.Contains("/files/1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/absolute")]
    [InlineData("a//b")]
    public async Task Object_whose_name_is_none_of_a_file_is_refused(string name)
    {
        await using var api = Bucket((name, "x"));
        using var cli = new CliRun().With(api);

        var result = await cli.RunAsync("job", "get", "out");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("whose name is that of no file", result.Error, StringComparison.Ordinal);
        Assert.Empty(FilesOf(cli));
    }

    [Fact]
    public async Task Results_are_downloaded_side_by_side_and_not_too_many()
    {
        var results = Enumerable.Range(0, 12).Select(n => ($"e-{n:D8}-1111-4111-8111-111111111111", Archive(("stdout", $"{n}")))).ToArray();
        await using var api = Api(results);
        using var cli = new CliRun().With(api);

        Assert.Equal(0, (await cli.RunAsync("job", "get", "two")).ExitCode);
        Assert.All(results, (result, index) => Assert.Equal($"{index}", File.ReadAllText(cli.PathOf($"job-two/{result.Item1}/stdout"))));
    }

    private static FakeApi Bucket(params (string Name, string Text)[] files)
    {
        var api = new FakeApi();
        var items = files.Select((file, index) => $$"""{"Path":"{{file.Name}}","Bytes":{{file.Text.Length}},"URL":"{{api.Address}}/files/{{index}}"}""");
        for (var index = 0; index < files.Length; index++)
        {
            var text = files[index].Text;
            api.On("GET", $"/files/{index}", _ => new(200, Encoding.UTF8.GetBytes(text)));
        }
        return api.On("GET", "/orchestrator/jobs/out/results", $$$"""{"Items":[{"Type":"s3","Params":{"Bucket":"b","Key":"q/"},"ExecutionID":"{{{First}}}","Metadata":{"Files":1,"Bytes":5,"FileList":[{"Path":"stdout","Bytes":5,"SHA256":"{{{Digest("hello"u8.ToArray())}}}"}]}}]}""")
            .On("GET", $"/orchestrator/jobs/out/results/{First}/files", $$"""{"Items":[{{string.Join(',', items)}}]}""");
    }

    private static string Item(string type, string name, string address, string sha256) =>
        $$$"""{"Items":[{"Type":"{{{type}}}","Params":{"{{{name}}}":"{{{address}}}"},"ExecutionID":"{{{First}}}","Metadata":{"Files":1,"Bytes":5,"ArchiveBytes":9,"ArchiveSHA256":"{{{sha256}}}"}}]}""";

    private static string Digest(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static string Read(CliRun cli, string name) => File.ReadAllText(cli.PathOf($"job-two/{name}"));

    private static List<string> FilesOf(CliRun cli) =>
        [.. Directory.EnumerateFiles(cli.Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(cli.Folder, file)).Order(StringComparer.Ordinal)];
}
