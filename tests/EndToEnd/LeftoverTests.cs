using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>
/// What jobs of all kinds leave on a node's disk when they are over: their published results, and nothing else. The reference left archives, logs, temporary folders
/// of inline inputs and halves of downloads after about as many (golden/engines/README.md).
/// </summary>
public sealed class LeftoverTests : IDisposable
{
    private const int Rounds = 30;
    private const int Kinds = 10;
    private const int PublishedKinds = 3;
    private static readonly string[] _ends = ["Stopped", "Completed", "Completed", "Completed", "Completed", "Completed", "Failed", "Failed", "Failed", "Failed"];
    private readonly TestServices services = new();
    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("bacalhau-temporary-");
    private readonly Cluster cluster;

    public LeftoverTests() => cluster = new Cluster { Variables = [.. TestServices.Variables, ("TMPDIR", temporary.FullName)] };

    private string Compute => Path.Combine(cluster.DataOf("hybrid"), "compute");

    [Fact]
    public async Task Three_hundred_jobs_leave_nothing_but_their_results()
    {
        var (url, objects) = (services.WebFile(100_000), await TestServices.S3ObjectAsync(100_000));
        var node = await cluster.StartHybridAsync([.. TestServices.Settings]);
        await RunAsync(node, 1, url, objects);
        var before = await SettleAsync();

        await RunAsync(node, Rounds, url, objects);

        var left = (await SettleAsync()).Except(before).ToList();
        Assert.All(left, path => Assert.EndsWith(".tar.gz", path, StringComparison.Ordinal));
        Assert.Equal(PublishedKinds * Rounds, left.Count);
    }

    public void Dispose()
    {
        cluster.Dispose();
        services.Dispose();
        temporary.Delete(recursive: true);
    }

    /// <summary>A job of each kind in each round; many run at once.</summary>
    private static async Task RunAsync(Node node, int rounds, string url, (string Name, string Value)[] objects)
    {
        var jobs = new List<(int Kind, string Id)>();
        for (var i = 0; i < rounds * Kinds; i++)
        {
            jobs.Add((i % Kinds, await node.Api.SubmitAsync(Job(i % Kinds, url, objects))));
            if (i % Kinds == 0)
            {
                await node.Api.StopAsync(jobs[^1].Id);
            }
        }

        foreach (var (kind, id) in jobs)
        {
            var job = await node.Api.EndOfAsync(id, 120);
            Assert.True(Api.StateOf(job) == _ends[kind], $"kind {kind}: {job}");
        }
    }

    private static JsonObject Job(int kind, string url, (string Name, string Value)[] objects) => kind switch
    {
        0 => Jobs.Wasm(Jobs.Sleep).WithResults(),
        1 => Jobs.Wasm(Jobs.Hello).WithResults(),
        2 => Jobs.Wasm(Jobs.Exit3).WithResults(),
        3 => Jobs.Wasm(Jobs.Hello).WithInput("/url", "urlDownload", "URL", url).WithResults(),
        4 => Jobs.Wasm(Jobs.Hello).WithInput("/s3", "s3", objects),
        5 => Jobs.Wasm(Jobs.Hello).WithInput("/text", "inline", "URL", "data:,text"),
        6 => Jobs.Wasm("AAAA"),
        7 => Jobs.Wasm(Jobs.Hello).WithInput("/url", "urlDownload", "URL", url + ".missing").WithResults(),
        8 => Jobs.Wasm(Jobs.Hello).WithInput("/s3", "s3", objects[0], ("Key", "missing")).WithResults(),
        _ => Once(Jobs.Wasm(Jobs.Sleep).WithTimeouts(execution: 1).WithResults()),
    };

    private static JsonObject Once(JsonObject job)
    {
        job["RetryPolicy"] = new JsonObject { ["MaxAttempts"] = 1 };
        return job;
    }

    /// <summary>All files and folders of the node, when it holds no execution any more.</summary>
    private async Task<IReadOnlyList<string>> SettleAsync()
    {
        await Eventually.HoldsAsync("that no execution is left", () => !Directory.EnumerateFileSystemEntries(Path.Combine(Compute, "executions")).Any());
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
        return
        [
            .. Directory.EnumerateFileSystemEntries(Compute, "*", all),
            .. Directory.EnumerateFileSystemEntries(temporary.FullName, "*", all).Where(path => !IsOfRuntime(Path.GetFileName(path))),
        ];
    }

    /// <summary>Each process of .NET has some as long as it lives.</summary>
    private static bool IsOfRuntime(string name) =>
        name.StartsWith("clr-debug-pipe-", StringComparison.Ordinal) || name.StartsWith("dotnet-diagnostic-", StringComparison.Ordinal) || name == ".dotnet";
}
