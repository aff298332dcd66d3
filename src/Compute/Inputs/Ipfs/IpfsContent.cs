using System.Globalization;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Core.Content;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Ipfs;

/// <summary>One file, which is the same wherever it comes from and never changes: what is known of its CID is right without a question.</summary>
internal sealed class IpfsContent(IpfsBlocks blocks, Cid cid, string what) : IContent
{
    /// <inheritdoc/>
    public string Key => "ipfs\n" + cid.Canonical;

    /// <inheritdoc/>
    public string Location => LocationOf(cid);

    /// <summary>Location of the file of a CID.</summary>
    public static string LocationOf(Cid cid) => "ipfs " + cid.Canonical;

    /// <inheritdoc/>
    public async Task<Fetched> FetchAsync(PartialFile into, CacheEntry? known, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        if (known is not null)
        {
            return Fetched.Unchanged;
        }

        if (into.Tag != cid.Canonical)
        {
            into.Restart(cid.Canonical);
        }

        try
        {
            var bytes = await new IpfsDownload(blocks).RunAsync(cid, into.Length, TakeAsync, cancellation);
            return into.Length == bytes ? new Fetched(IsUnchanged: false, "", new Validators(cid.Canonical, "")) : throw Damaged(into, bytes);
        }
        catch (IpfsException exception)
        {
            throw IpfsProblems.Of(exception);
        }

        async ValueTask TakeAsync(ReadOnlyMemory<byte> piece, long bytes)
        {
            progress.Report(new ExecutionProgress("downloading", into.Length, bytes, "bytes"));
            await into.AppendAsync(piece, cancellation);
            progress.Report(new ExecutionProgress("downloading", into.Length, bytes, "bytes"));
        }
    }

    /// <inheritdoc/>
    public EngineException TooLarge(long mostBytes) => IpfsProblems.TooLarge(what, mostBytes);

    private EngineException Damaged(PartialFile into, long bytes)
    {
        var found = into.Length;
        into.Restart("");
        return new EngineException(
            new ExecutionProblem("IPFS:BrokeOff", string.Create(CultureInfo.InvariantCulture, $"{what} has {bytes} bytes, and {found} are on the node: it begins anew")), isRefusal: false);
    }
}
