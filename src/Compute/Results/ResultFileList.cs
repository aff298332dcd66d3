using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Results;

/// <summary>Gathers what a published result is made of, as a publisher comes by its files. The list is kept short, the sums are of all.</summary>
public sealed class ResultFileList
{
    private readonly List<ResultFile> listed = [];
    private readonly Lock gate = new();
    private long files;
    private long bytes;

    /// <summary>Adds a file that was read whole; may be called by several at once.</summary>
    /// <param name="path">Path below the result, with slashes.</param>
    /// <param name="length">Bytes that were read.</param>
    /// <param name="sha256">Their SHA-256, lower-case hex.</param>
    public void Add(string path, long length, string sha256)
    {
        lock (gate)
        {
            files++;
            bytes += length;
            if (files <= ResultMetadata.MostListed)
            {
                listed.Add(new ResultFile { Path = path, Bytes = length, Sha256 = sha256 });
            }
        }
    }

    /// <summary>What was gathered.</summary>
    public ResultMetadata ToMetadata()
    {
        lock (gate)
        {
            var all = new ResultMetadata { Files = files, Bytes = bytes, Listed = [.. listed.OrderBy(file => file.Path, StringComparer.Ordinal)] };
            return all.Cut();
        }
    }
}
