using System.Security.Cryptography;
using Bacalhau.EndToEnd.Harness;
using Bacalhau.TestKit.Network;

namespace Bacalhau.EndToEnd;

/// <summary>The build that developers use.</summary>
public sealed class BuildSmokeTests() : SmokeTests(() => Binary.Path);

/// <summary>The Native AOT release.</summary>
public sealed class ReleaseSmokeTests() : SmokeTests(() => Binary.Release);

/// <summary>One built program does what it is for: the samples, from the command line to their results.</summary>
public abstract class SmokeTests(Func<string> findProgram) : IAsyncLifetime
{
    private static readonly string _samples = FindSamples();

    private Cluster? cluster;
    private Node? node;

    public async ValueTask InitializeAsync()
    {
        cluster = new Cluster(findProgram());
        node = await StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        cluster?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task WebAssembly_job_prints_its_line()
    {
        var result = await RunAsync("job", "run", "--follow", Sample("hello-wasm.yaml"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Hello from WebAssembly!", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebAssembly_program_from_a_URL_prints_its_line()
    {
        await using var server = new WebServer((_, stream) => WebServer.WriteAsync(stream, "200 OK", "", Convert.FromBase64String(Jobs.Hello)));

        var result = await RunAsync("wasm", "run", "--follow", server.Url("/hello.wasm"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Hello from WebAssembly!", result.Output, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Input_behind_an_address_of_the_node_is_refused_with_words()
    {
        await using var server = new WebServer((_, stream) => WebServer.WriteAsync(stream, "200 OK", "", "secret"u8.ToArray()));

        var id = await node!.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello).WithInput("/data", "urlDownload", "URL", server.Url("/a", "127.0.0.1")));
        var job = await node.Api.EndOfAsync(id);

        Assert.Equal("Failed", Api.StateOf(job));
        Assert.Contains("may not be downloaded", Api.MessageOf(job), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Inputs_that_are_larger_together_than_the_disk_of_the_task_are_refused_with_words()
    {
        var text = $"data:text/plain,{new string('x', 60_000)}";
        var job = Jobs.Wasm(Jobs.Hello).WithInput("/one", "inline", "URL", text).WithInput("/two", "inline", "URL", text).WithResources(disk: "100kb");

        var ended = await node!.Api.EndOfAsync(await node.Api.SubmitAsync(job));

        Assert.Equal("Failed", Api.StateOf(ended));
        Assert.Contains("with the input for '/two' the inputs have", Api.MessageOf(ended), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_that_is_unchanged_comes_once_also_after_a_restart_of_the_node()
    {
        await using var server = new WebServer((request, stream) => request.Headers.ContainsKey("If-None-Match")
            ? WebServer.WriteAsync(stream, "304 Not Modified", "ETag: \"v1\"", default)
            : WebServer.WriteAsync(stream, "200 OK", "ETag: \"v1\"", "data"u8.ToArray()));
        var job = Jobs.Wasm(Jobs.Hello).WithInput("/data", "urlDownload", "URL", server.Url("/a"));
        Assert.Equal("Completed", Api.StateOf(await node!.Api.EndOfAsync(await node.Api.SubmitAsync(job))));

        await node.TerminateAsync();
        await node.EndAsync();
        node = await StartAsync();
        Assert.Equal("Completed", Api.StateOf(await node.Api.EndOfAsync(await node.Api.SubmitAsync(job))));

        Assert.Equal(["", "\"v1\""], server.Requests.Select(request => request.Headers.GetValueOrDefault("If-None-Match", "")));
    }

    [Fact]
    public async Task Container_job_prints_its_line()
    {
        var result = await RunAsync("job", "run", "--follow", "-V", $"image={Binary.Image}", Sample("hello-docker.yaml"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Hello from a container!", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Four_partitions_of_a_WebAssembly_job_bring_their_results() =>
        Assert.Equal(4, (await RunFlightsAsync("flight-delays-wasm")).Count);

    [Fact]
    public async Task Container_job_and_WebAssembly_job_find_the_same()
    {
        var inContainers = await RunFlightsAsync("flight-delays-docker", "-V", $"image={Binary.Image}");

        Assert.Equal(await RunFlightsAsync("flight-delays-wasm"), inContainers);
    }

    [Fact]
    public async Task Node_that_is_told_to_stop_ends_well()
    {
        await node!.TerminateAsync();
        Assert.Equal(0, await node.EndAsync());
    }

    private Task<Node> StartAsync() => cluster!.StartHybridAsync($"Compute.AllowListedLocalPaths={_samples}/**", "Compute.AllowedHosts=localhost");

    /// <summary>Runs one of the jobs over the flights, and returns the digests of its result files by their names.</summary>
    private async Task<SortedDictionary<string, string>> RunFlightsAsync(string job, params string[] flags)
    {
        var run = await RunAsync(["job", "run", "--fail-on-job-failure", "-V", $"samples={_samples}", .. flags, Sample($"{job}.yaml")]);
        Assert.True(run.ExitCode == 0, run.Text);
        var folder = Directory.CreateDirectory(Path.Combine(cluster!.Folder, job)).FullName;
        var get = await RunAsync("job", "get", job, "--output-dir", folder);
        Assert.True(get.ExitCode == 0, get.Text);
        var files = Directory.GetFiles(folder, "hours-*.csv", SearchOption.AllDirectories);
        return new SortedDictionary<string, string>(
            files.ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))), StringComparer.Ordinal);
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => Commands.RunAsync(cluster!.Folder, node!, arguments);

    private static string Sample(string name) => Path.Combine(_samples, name);

    private static string FindSamples()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Bacalhau.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return Path.Combine(folder.FullName, "samples");
    }
}
