using Bacalhau.Cli.Tests.Support;
using Bacalhau.Core.Content;
using Bacalhau.TestKit.Ipfs;

namespace Bacalhau.Cli.Tests.Jobs;

/// <summary>Results in IPFS; EndToEnd fetches them from js-ipfs.</summary>
public sealed class JobGetIpfsTests : IAsyncDisposable
{
    private readonly BlockServer ipfs = new();
    private readonly FakeApi api = new();
    private readonly CliRun cli = new();
    private readonly byte[] bytes = new byte[100_000];

    public JobGetIpfsTests() => new Random(1).NextBytes(bytes);

    public async ValueTask DisposeAsync()
    {
        await ipfs.DisposeAsync();
        await api.DisposeAsync();
        cli.Dispose();
    }

    [Fact]
    public async Task Equal_results_of_two_executions_have_a_folder_each()
    {
        var result = PutResult();

        Assert.Equal(0, (await GetAsync("out", result, result)).ExitCode);

        Assert.Equal(
            ["job-out/result-0/outputs/a", "job-out/result-0/stdout", "job-out/result-1/outputs/a", "job-out/result-1/stdout"], Files());
        Assert.Equal(bytes, File.ReadAllBytes(cli.PathOf("job-out/result-1/outputs/a")));
    }

    [Theory]
    [InlineData("out/outputs/a", "job-out/outputs/a")]
    [InlineData("out/outputs", "job-out/outputs/a")]
    [InlineData("out/stdout", "job-out/stdout")]
    public async Task One_of_it_is_fetched_if_only_one_is_wanted(string what, string file)
    {
        Assert.Equal(0, (await GetAsync(what, PutResult())).ExitCode);

        Assert.Equal([file], Files());
    }

    [Theory]
    [InlineData("out/nothing")]
    [InlineData("out/../../etc")]
    public async Task What_no_result_holds_is_an_error(string what)
    {
        var result = await GetAsync(what, PutResult());

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no result of job 'out' holds", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_results_lie_in_a_folder_of_their_own()
    {
        var result = PutResult();

        Assert.Equal(0, (await GetAsync("out", [result], "--raw")).ExitCode);

        Assert.Equal([$"job-out/raw/0-{result}/outputs/a", $"job-out/raw/0-{result}/stdout"], Files());
    }

    [Fact]
    public async Task What_broke_off_goes_on_where_it_stopped()
    {
        var (result, answers) = (PutResult(), 0);
        ipfs.Instead = async (_, to) =>
        {
            if (Interlocked.Increment(ref answers) <= 8)
            {
                return false;
            }

            await BlockServer.JsonAsync(to, """{"Message":"it is over","Type":"error"}""", "500 Internal Server Error");
            return true;
        };
        var broken = await GetAsync("out", result);
        Assert.Equal(1, broken.ExitCode);
        Assert.Contains("it is over", broken.Error, StringComparison.Ordinal);
        var before = ipfs.Asked.Count();

        ipfs.Instead = null;
        Assert.Equal(0, (await GetAsync("out", result)).ExitCode);

        Assert.Equal(bytes, File.ReadAllBytes(cli.PathOf("job-out/outputs/a")));
        Assert.True(ipfs.Asked.Count() - before < 15, $"{ipfs.Asked.Count() - before}");
        Assert.Equal(["job-out/outputs/a", "job-out/stdout"], Files());
    }

    [Fact]
    public async Task Node_that_is_away_or_too_slow_is_named()
    {
        var result = PutResult();
        ipfs.Instead = async (_, _) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
            return true;
        };
        var slow = await GetAsync("out", [result], "--download-timeout-secs", "200ms");
        Assert.Equal(1, slow.ExitCode);
        Assert.Contains($"{ipfs.Endpoint.Port} within 200ms", slow.Error, StringComparison.Ordinal);

        await ipfs.DisposeAsync();
        var away = await GetAsync("out", result);
        Assert.Equal(1, away.ExitCode);
        Assert.Contains($"{ipfs.Endpoint.Port} cannot be asked", away.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_endpoint_is_named_with_its_key()
    {
        var result = await cli.With(api).RunAsync("job", "get", "out", "-c", "ResultDownloaders.Types.IPFS.Endpoint=http://127.0.0.1:5001");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("ResultDownloaders.Types.IPFS.Endpoint", result.Error, StringComparison.Ordinal);
        Assert.Contains("/ip4/127.0.0.1/tcp/5001", result.Error, StringComparison.Ordinal);
    }

    private Cid PutResult()
    {
        var outputs = ipfs.Put(UnixFsBlock.FolderOf(("a", ipfs.PutFile(bytes, 10_000))));
        return ipfs.Put(UnixFsBlock.FolderOf(("outputs", outputs), ("stdout", UnixFsBlock.Inline("hello"))));
    }

    private Task<CliResult> GetAsync(string what, params Cid[] results) => GetAsync(what, results, []);

    private Task<CliResult> GetAsync(string what, Cid[] results, params string[] flags)
    {
        var items = results.Select(cid => $$$"""{"Type":"ipfs","Params":{"CID":"{{{cid}}}"}}""");
        api.On("GET", "/orchestrator/jobs/out/results", $$"""{"NextToken":"","Items":[{{string.Join(',', items)}}]}""");
        return cli.With(api).RunAsync(["job", "get", what, .. flags, "-c", $"ResultDownloaders.Types.IPFS.Endpoint=/ip4/127.0.0.1/tcp/{ipfs.Endpoint.Port}"]);
    }

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(cli.Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(cli.Folder, file)).Order(StringComparer.Ordinal);
}
