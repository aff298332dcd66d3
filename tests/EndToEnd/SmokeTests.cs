using System.Security.Cryptography;

namespace Bacalhau.EndToEnd;

/// <summary>The build that developers use.</summary>
public sealed class BuildSmokeTests() : SmokeTests("BACALHAU_TEST_BINARY");

/// <summary>The Native AOT release.</summary>
public sealed class ReleaseSmokeTests() : SmokeTests("BACALHAU_TEST_RELEASE");

/// <summary>One built program does what it is for: the samples, from the command line to their results.</summary>
public abstract class SmokeTests(string variable) : IAsyncLifetime
{
    private static readonly string _samples = FindSamples();

    private RunningNode? node;

    private RunningNode Node => node ?? throw new InvalidOperationException("The node has not been started.");

    public async ValueTask InitializeAsync()
    {
        var binary = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(string.IsNullOrEmpty(binary), $"{variable} is not set: scripts/test.sh sets it.");
        node = await RunningNode.StartAsync(binary!, $"Compute.AllowListedLocalPaths={_samples}/**");
    }

    public async ValueTask DisposeAsync()
    {
        if (node is not null)
        {
            await node.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task WebAssembly_job_prints_its_line()
    {
        var result = await Node.RunAsync("job", "run", "--follow", Sample("hello-wasm.yaml"));

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("Hello from WebAssembly!", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Container_job_prints_its_line()
    {
        var result = await Node.RunAsync("job", "run", "--follow", "-V", $"image={DockerImage()}", Sample("hello-docker.yaml"));

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("Hello from a container!", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Four_partitions_of_a_WebAssembly_job_bring_their_results() =>
        Assert.Equal(4, (await RunFlightsAsync("flight-delays-wasm")).Count);

    [Fact]
    public async Task Container_job_and_WebAssembly_job_find_the_same()
    {
        var inContainers = await RunFlightsAsync("flight-delays-docker", "-V", $"image={DockerImage()}");

        Assert.Equal(await RunFlightsAsync("flight-delays-wasm"), inContainers);
    }

    [Fact]
    public async Task Node_that_is_told_to_stop_ends_well() => Assert.Equal(0, await Node.StopAsync());

    /// <summary>Runs one of the jobs over the flights, and returns the digests of its result files by their names.</summary>
    private async Task<SortedDictionary<string, string>> RunFlightsAsync(string job, params string[] flags)
    {
        var run = await Node.RunAsync(["job", "run", "--fail-on-job-failure", "-V", $"samples={_samples}", .. flags, Sample($"{job}.yaml")]);
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var folder = Directory.CreateDirectory(Path.Combine(Node.Folder, job)).FullName;
        var get = await Node.RunAsync("job", "get", job, "--output-dir", folder);
        Assert.True(get.ExitCode == 0, get.Output + get.Errors);
        var files = Directory.GetFiles(folder, "hours-*.csv", SearchOption.AllDirectories);
        return new SortedDictionary<string, string>(
            files.ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))), StringComparer.Ordinal);
    }

    private static string DockerImage()
    {
        var image = Environment.GetEnvironmentVariable("BACALHAU_TEST_DOCKER_IMAGE");
        Assert.SkipWhen(string.IsNullOrEmpty(image), "BACALHAU_TEST_DOCKER_IMAGE is not set: no Docker engine, or not run by scripts/test.sh.");
        return image!;
    }

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
