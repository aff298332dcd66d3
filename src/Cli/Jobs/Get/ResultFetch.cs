using System.Collections.Immutable;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>How results are laid out.</summary>
/// <param name="Path">The only file or folder wanted of them; empty for all.</param>
/// <param name="IsRaw">Whether archives stay as they are.</param>
/// <param name="IsMerged">Whether the results of several executions lie in one folder.</param>
internal sealed record ResultLayout(string Path, bool IsRaw, bool IsMerged);

/// <summary>
/// Fetches results into a folder: downloads into a folder of its own, several at a time, unpacks there, and moves the files into place once all of them are known to fit.
/// What was downloaded when something goes wrong stays and is used by the next try.
/// </summary>
internal sealed class ResultFetch(CliHost host, Func<DownloadBars?, ResultDownload> downloadWith, string job)
{
    private const string RawFolder = "raw";
    private const int AtOnce = 4;

    /// <summary>Fetches all results.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="results">What, in the order of their partitions.</param>
    /// <param name="layout">How they are laid out.</param>
    /// <param name="cancellation">Ends the downloads.</param>
    /// <exception cref="CliException">A result cannot be fetched, or a file of it would overwrite another.</exception>
    public async Task RunAsync(string folder, ImmutableArray<FetchableResult> results, ResultLayout layout, CancellationToken cancellation)
    {
        // Unpacked results must not share a folder with files of the person, since that folder goes at the end.
        var raw = Directory.CreateDirectory(Path.Combine(folder, layout.IsRaw ? RawFolder : $".bacalhau-get-{job}")).FullName;
        var fetched = new string[results.Length];
        await DownloadBars.RunAsync(host, bars => Parallel.ForAsync(
            0,
            results.Length,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (index, cancel) => fetched[index] = await downloadWith(bars).FetchAsync(results[index], raw, layout.Path, cancel)));
        if (layout.IsRaw)
            return;

        var unpacked = results.Select((result, index) => Unpack(result, fetched[index], raw)).ToList();
        var moves = new FileMoves(folder);
        if (layout.IsMerged && results.Length > 1)
            moves.Add(new MergedOutput(unpacked).Take(Path.Combine(raw, "merged")), layout.Path, "");
        for (var index = 0; index < results.Length; index++)
        {
            var target = results.Length == 1 || layout.IsMerged ? "" : results[index].ExecutionId.Length > 0 ? results[index].ExecutionId : $"result-{index}";
            moves.Add(unpacked[index], layout.Path, target);
        }
        if (moves.Count == 0 && layout.Path.Length > 0)
            throw new CliException($"no result of job '{job}' holds '{layout.Path}'", $"Run 'bacalhau job get {job}' for all of them");
        moves.Run();
        Directory.Delete(raw, recursive: true);
    }

    private string Unpack(FetchableResult result, string fetched, string raw)
    {
        if (Directory.Exists(fetched))
            return fetched;
        var folder = Path.Combine(raw, Path.GetFileName(fetched) + ".files");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        if (result is LinkedResult { IsArchive: true })
            new ResultArchive(warning => host.Error.WriteLine("Warning: " + warning)).Unpack(fetched, folder);
        else
            File.Copy(fetched, Path.Combine(folder, Path.GetFileName(fetched)));
        return folder;
    }
}
