using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Compute.Tasks;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Inputs.Ipfs;

/// <summary>Inputs that are content of IPFS: a file, which the program finds as the input's target, or a folder, which it finds there.</summary>
/// <param name="client">The IPFS node that they come from.</param>
/// <param name="cache">Where what was fetched is kept.</param>
/// <param name="options">How to fetch.</param>
/// <param name="clock">Clock of pauses.</param>
public sealed class IpfsInputSource(IpfsClient client, InputCache cache, IpfsOptions options, TimeProvider clock) : IInputSource
{
    private readonly IpfsBlocks blocks = new(client, options, clock);

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [InputTypes.Ipfs];

    /// <inheritdoc/>
    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => client.FindWhyUnavailableAsync(cancellation);

    /// <inheritdoc/>
    public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) => Task.FromResult(Read(input).Problem);

    /// <inheritdoc/>
    public async Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var (input, problem) = Read(request.Input);
        if (input is null)
        {
            throw new EngineException(problem!, isRefusal: true);
        }

        // What the IPFS node beside this one holds does not come over the network.
        var isHere = await client.FindLocalAsync(input.Cid, input.Path, cancellation) is { IsWhole: true };
        var place = Path.Combine(request.Folder, "content");
        var listing = await ListAsync(input, progress, cancellation);
        if (listing.Bytes > request.MostBytes)
        {
            throw IpfsProblems.TooLarge(NameOf(input), request.MostBytes);
        }

        if (!listing.IsFile)
        {
            Directory.CreateDirectory(place);
        }

        foreach (var folder in listing.Folders)
        {
            Directory.CreateDirectory(Path.Combine(place, folder));
        }

        var bytes = await new IpfsFetch(cache, blocks, NameOf(input), request.MostBytes).RunAsync(listing, place, progress, cancellation);

        // Links come last, so that nothing is written through one.
        foreach (var (path, target) in listing.Links)
        {
            File.CreateSymbolicLink(Path.Combine(place, path), target);
        }

        return new Mount(place, request.Input.Target, Writable: false) { Bytes = isHere ? new InputBytes(bytes.Here + bytes.Moved, 0) : bytes };
    }

    /// <inheritdoc/>
    public async Task<DataAnswer?> FindHeldAsync(DataQuestion question, CancellationToken cancellation)
    {
        if (Read(new InputSource { Source = question.Source }).Input is not { } input)
        {
            return null;
        }

        var kept = input.Path.Length > 0 ? 0 : cache.FindBeneath(IpfsContent.LocationOf(input.Cid)).Select(held => held.Bytes).DefaultIfEmpty().Max();
        return kept > 0 ? new DataAnswer { Bytes = kept, TotalBytes = kept }
            : await client.FindLocalAsync(input.Cid, input.Path, cancellation) is { IsWhole: true, Bytes: var bytes } ? new DataAnswer { Bytes = bytes, TotalBytes = bytes, IsWhole = true }
            : null;
    }

    private async Task<IpfsListing> ListAsync(IpfsInputParams input, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        try
        {
            return await new IpfsTree(blocks).ListAsync(input.Cid, input.Path, found => progress.Report(new ExecutionProgress("listing", found, 0, "items")), cancellation);
        }
        catch (IpfsException exception)
        {
            throw IpfsProblems.Of(exception);
        }
    }

    private static string NameOf(IpfsInputParams input) => input.Path.Length > 0 ? $"{input.Cid}/{input.Path}" : $"{input.Cid}";

    private static (IpfsInputParams? Input, ExecutionProblem? Problem) Read(InputSource input)
    {
        var read = IpfsInputParams.Read(input.Source ?? new SpecConfig());
        return (read.Value, BadParameters.Of("IPFS", read.Problems));
    }
}
