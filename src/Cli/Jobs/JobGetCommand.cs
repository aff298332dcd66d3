using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Jobs.Get;
using Bacalhau.Cli.Parsing;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job get</c>: downloads the results of a job.</summary>
internal static class JobGetCommand
{
    private static readonly Flag<string> _folder = Flags.Text("output-dir", "Existing folder for the results; without it a new one named after the job");
    private static readonly Flag<bool> _raw = Flags.Bool("raw", "Leave the archives as they are");
    private static readonly Flag<bool> _merge = Flags.Bool("merge", "Put the results of several executions into one folder, their outputs one after the other");
    private static readonly Flag<TimeSpan> _timeout = Flags.Duration("download-timeout-secs", "Longest download, with a unit", TimeSpan.FromMinutes(5));

    /// <summary>The command.</summary>
    public static Command Create() => new("get", "Download the results of a job")
    {
        Arguments = "JOB[/PATH]",
        Details = """
            Download the results of a job, or one file or folder of them. An interrupted download goes on where it stopped; existing files are never
            overwritten. The results of several executions lie in a folder for each, unless they are merged.
            """,
        Flags = [_folder, _raw, _merge, _timeout, JobFlags.Namespace],
        Count = ArgumentCount.Exactly(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var word = invocation.Words[0];
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        var (job, path) = slash < 0 ? (word, "") : (word[..slash], word[(slash + 1)..].Trim('/'));
        var host = invocation.Host;
        host.Error.WriteLine($"Fetching results of job '{job}'...");
        using var client = Connector.Connect(invocation);
        var answer = await client.GetAsync(ApiClient.Job(job, "/results"), JobFlags.Query(invocation), cancellation);
        var items = answer.Deserialize(ApiJson.Wire.ResultListView)!.Items;
        if (items.IsEmpty)
        {
            host.Output.WriteLine($"No results found\nWhat the programs printed is shown by:\n\n  bacalhau job logs {job}");
            return 0;
        }
        var (disabled, _, ipfs) = invocation.RequireConfig().ResultDownloaders;
        if (ipfs is null)
            disabled = disabled.Add(IpfsResult.Type);
        var results = items.Select((item, index) => disabled.Contains(item.Type.ToLowerInvariant()) ? null : FetchableResult.Of(item, index)).ToList();
        if (results.Contains(null))
        {
            host.Error.WriteLine("This kind of result is not downloaded here; this is where it is:");
            host.Error.WriteLine(answer.GetProperty("Items").GetRawText());
            if (ipfs is null && items.Any(item => item.Type.Equals(IpfsResult.Type, StringComparison.OrdinalIgnoreCase)))
                host.Error.WriteLine($"Results in IPFS are fetched from your own IPFS node: name it with -c ResultDownloaders.Types.IPFS.Endpoint=…, {IpfsEndpoint.Example}");
            return 0;
        }
        var (shown, folder) = FolderFor(invocation, job);
        var fetch = new ResultFetch(host, bars => new ResultDownload(client, JobFlags.Query(invocation), job, invocation.Get(_timeout), ipfs, bars), job);
        var layout = new ResultLayout(path, invocation.Get(_raw), invocation.Get(_merge));
        await fetch.RunAsync(folder, [.. results.OfType<FetchableResult>()], layout, cancellation);
        host.Output.WriteLine($"Results for job '{job}' have been written to...\n{shown}");
        return 0;
    }

    private static (string Shown, string Folder) FolderFor(Invocation invocation, string job)
    {
        var given = invocation.Get(_folder);
        if (given.Length > 0)
        {
            var path = invocation.Host.PathOf(given);
            return Directory.Exists(path) ? (given, path) : throw new CliException($"output dir does not exist: {path}", "Make it first, or leave --output-dir out");
        }
        var space = invocation.Get(JobFlags.Namespace) is { Length: > 0 } name && name != "default" ? name + "-" : "";
        var folder = invocation.Host.PathOf($"job-{space}{job}".Replace(Path.DirectorySeparatorChar, '_'));
        Directory.CreateDirectory(folder);
        return (folder, folder);
    }
}
