using System.Formats.Tar;
using Bacalhau.Cli.Tests.Support;
using static Bacalhau.Cli.Tests.Support.OfferedResults;

namespace Bacalhau.Cli.Tests.Jobs;

public sealed class JobGetCommandTests
{
    private const string First = "e-11111111-1111-4111-8111-111111111111";
    private const string Second = "e-22222222-2222-4222-8222-222222222222";

    [Fact]
    public async Task Results_lie_in_a_folder_named_after_the_job_and_a_second_time_changes_nothing()
    {
        await using var api = Api((First, Archive(("stdout", "hello"), ("outputs/a.txt", "A"))));
        using var cli = new CliRun().With(api);

        var once = await cli.RunAsync("job", "get", "out");
        var twice = await cli.RunAsync("job", "get", "out");

        Assert.Equal((0, 0), (once.ExitCode, twice.ExitCode));
        Assert.Equal($"Results for job 'out' have been written to...\n{cli.PathOf("job-out")}\n", once.Output);
        Assert.Equal("A", File.ReadAllText(cli.PathOf("job-out/outputs/a.txt")));
        Assert.False(Directory.Exists(cli.PathOf("job-out/raw")));
    }

    [Fact]
    public async Task A_different_file_is_never_overwritten_and_nothing_is_moved()
    {
        await using var api = Api((First, Archive(("a", "new"), ("stdout", "new"))));
        using var cli = new CliRun().With(api);
        Directory.CreateDirectory(cli.PathOf("res"));
        File.WriteAllText(cli.PathOf("res/stdout"), "old");

        var result = await cli.RunAsync("job", "get", "out", "--output-dir", "res");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("old", File.ReadAllText(cli.PathOf("res/stdout")));
        Assert.False(File.Exists(cli.PathOf("res/a")));
    }

    [Fact]
    public async Task Results_of_several_executions_have_a_folder_each()
    {
        await using var api = Api((First, Archive(("stdout", "one"))), (Second, Archive(("stdout", "two"))));
        using var cli = new CliRun().With(api);

        Assert.Equal(0, (await cli.RunAsync("job", "get", "two")).ExitCode);
        Assert.Equal("one", File.ReadAllText(cli.PathOf($"job-two/{First}/stdout")));
        Assert.Equal("two", File.ReadAllText(cli.PathOf($"job-two/{Second}/stdout")));
    }

    [Fact]
    public async Task One_file_is_fetched_if_only_one_is_wanted()
    {
        await using var api = Api((First, Archive(("stdout", "hello"), ("outputs/a.txt", "A"))));
        using var cli = new CliRun().With(api);

        Assert.Equal(0, (await cli.RunAsync("job", "get", "out/outputs/a.txt")).ExitCode);
        Assert.Equal(["job-out/outputs/a.txt"], Directory.EnumerateFiles(cli.Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(cli.Folder, file)));
    }

    [Fact]
    public async Task A_download_that_broke_off_goes_on_where_it_stopped()
    {
        var archive = Archive(("stdout", "hello"));
        var ranges = new List<string?>();
        await using var api = Api((First, archive));
        api.On("GET", $"/{First}-secret.tar.gz", request =>
        {
            ranges.Add(request.Headers["Range"]);
            return ranges.Count == 1
                ? new(200, archive[..20], Promised: archive.Length)
                : new(206, archive[20..], Range: $"bytes 20-{archive.Length - 1}/{archive.Length}");
        });
        using var cli = new CliRun().With(api);

        Assert.Equal(1, (await cli.RunAsync("job", "get", "out")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("job", "get", "out")).ExitCode);
        Assert.Equal("hello", File.ReadAllText(cli.PathOf("job-out/stdout")));
        Assert.Equal([null, "bytes=20-"], ranges);
    }

    [Fact]
    public async Task A_download_goes_on_only_with_what_it_began_with()
    {
        var (old, archive) = (Archive(("stdout", "old one")), Archive(("stdout", "hello")));
        var asked = new List<(string? Range, string? IfRange)>();
        await using var api = Api((First, archive));
        api.On("GET", $"/{First}-secret.tar.gz", request =>
        {
            asked.Add((request.Headers["Range"], request.Headers["If-Range"]));
            return asked.Count == 1 ? new(200, old[..20], Promised: old.Length, Tag: "\"v1\"") : new(200, archive, Tag: "\"v2\"");
        });
        using var cli = new CliRun().With(api);

        Assert.Equal(1, (await cli.RunAsync("job", "get", "out")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("job", "get", "out")).ExitCode);
        Assert.Equal("hello", File.ReadAllText(cli.PathOf("job-out/stdout")));
        Assert.Equal([(null, null), ("bytes=20-", "\"v1\"")], asked);
    }

    [Fact]
    public async Task A_result_whose_node_is_not_reached_comes_through_the_orchestrator()
    {
        var archive = Archive(("stdout", "hello"));
        await using var api = Api();
        api.On("GET", "/orchestrator/jobs/out/results", Results($"http://127.0.0.1:1/{First}-secret.tar.gz"))
            .On("GET", $"/api/v1/orchestrator/jobs/out/results/{First}", _ => new(200, archive));
        using var cli = new CliRun().With(api);

        Assert.Equal(0, (await cli.RunAsync("job", "get", "out")).ExitCode);
        Assert.Equal("hello", File.ReadAllText(cli.PathOf("job-out/stdout")));
    }

    [Fact]
    public async Task Nothing_leaves_the_folder()
    {
        await using var api = Api((First, Archive(("../escaped", "x"), ("/absolute", "x"), ("a/../../b", "x"), ("stdout", "hello"))));
        using var cli = new CliRun().With(api);

        var result = await cli.RunAsync("job", "get", "out");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("'../escaped' would lie outside the folder", result.Error, StringComparison.Ordinal);
        Assert.Equal(["job-out/stdout"], Directory.EnumerateFiles(cli.Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(cli.Folder, file)));
    }

    [Fact]
    public async Task A_link_is_stored_and_nothing_is_written_through_it()
    {
        using var elsewhere = new CliRun();
        await using var api = Api((First, Archive([("link", elsewhere.Folder, TarEntryType.SymbolicLink), ("link/file", "x", TarEntryType.RegularFile)])));
        using var cli = new CliRun().With(api);

        await cli.RunAsync("job", "get", "out");

        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere.Folder));
    }

    [Fact]
    public async Task A_job_without_results_is_no_failure()
    {
        await using var api = Api();
        using var cli = new CliRun().With(api);

        var result = await cli.RunAsync("job", "get", "out");

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("No results found\n", result.Output, StringComparison.Ordinal);
    }
}
