using System.Collections.Immutable;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>
/// Fetches results into a folder: downloads into a folder of its own, unpacks there, and moves the files into place once all of them are known to fit.
/// What was downloaded when something goes wrong stays and is used by the next try.
/// </summary>
internal sealed class ResultFetch(CliHost host, ApiClient client, string job, TimeSpan timeout)
{
    private const string RawFolder = "raw";

    /// <summary>Fetches all results.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="results">What.</param>
    /// <param name="path">The only file or folder wanted of them; empty for all.</param>
    /// <param name="isRaw">Whether archives stay as they are.</param>
    /// <param name="cancellation">Ends the downloads.</param>
    /// <exception cref="CliException">A result cannot be fetched, or a file of it would overwrite another.</exception>
    public async Task RunAsync(string folder, ImmutableArray<FetchableResult> results, string path, bool isRaw, CancellationToken cancellation)
    {
        // Unpacked results must not share a folder with files of the person, since that folder goes at the end.
        var raw = Directory.CreateDirectory(Path.Combine(folder, isRaw ? RawFolder : $".bacalhau-get-{job}")).FullName;
        var files = new List<string>();
        await DownloadBars.RunAsync(host, async bars =>
        {
            var download = new ResumableDownload(client, job, timeout, bars);
            foreach (var result in results)
                files.Add(await download.FetchAsync(result, raw, cancellation));
        });
        if (isRaw)
            return;

        var moves = new FileMoves(folder);
        for (var index = 0; index < results.Length; index++)
        {
            var unpacked = Unpack(results[index], files[index], raw);
            var target = results.Length == 1 ? "" : results[index].ExecutionId.Length > 0 ? results[index].ExecutionId : $"result-{index}";
            moves.Add(unpacked, path, target);
        }
        if (moves.Count == 0 && path.Length > 0)
            throw new CliException($"no result of job '{job}' holds '{path}'", $"Run 'bacalhau job get {job}' for all of them");
        moves.Run();
        Directory.Delete(raw, recursive: true);
    }

    private string Unpack(FetchableResult result, string file, string raw)
    {
        var folder = Path.Combine(raw, Path.GetFileName(file) + ".files");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        if (!result.IsArchive)
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        else
            new ResultArchive(warning => host.Error.WriteLine("Warning: " + warning)).Unpack(file, folder);
        return folder;
    }
}
