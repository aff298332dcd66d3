using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Compute.Results;
using Bacalhau.Core;
using Bacalhau.Core.Content;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Publishers.Ipfs;

/// <summary>Adds results to an IPFS node as a folder, and has it keep them: until they are pinned, nobody knows their CID and the node may drop them.</summary>
/// <param name="client">The IPFS node.</param>
/// <param name="folder">Path of a folder in which it is remembered what was pinned.</param>
public sealed class IpfsPublisher(IpfsClient client, string folder) : IPublisher, IDisposable
{
    private static readonly TimeSpan _undoTime = TimeSpan.FromSeconds(10);
    private readonly PinRecords records = new(folder);
    private readonly SemaphoreSlim pinning = new(1);

    /// <inheritdoc/>
    public string Name => PublisherTypes.Ipfs;

    /// <inheritdoc/>
    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => client.FindWhyUnavailableAsync(cancellation);

    /// <inheritdoc/>
    public Task<ExecutionProblem?> FindRefusalAsync(SpecConfig publisher, CancellationToken cancellation) => Task.FromResult<ExecutionProblem?>(null);

    /// <inheritdoc/>
    public async Task<PublishedResult> PublishAsync(
        PublishRequest request, Func<CancellationToken, Task> grant, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        try
        {
            var (root, metadata) = await AddAsync(request, progress, cancellation);
            await pinning.WaitAsync(cancellation);
            try
            {
                await PinAsync(request.Execution, root, grant, cancellation);
            }
            finally
            {
                pinning.Release();
            }

            var parameters = ImmutableSortedDictionary.Create<string, JsonElement>(StringComparer.Ordinal);
            return new PublishedResult { Type = Name, Params = parameters.Add("CID", JsonDocument.Parse($"\"{root}\"").RootElement), Metadata = metadata };
        }
        catch (IpfsException exception)
        {
            throw Problem(exception.Message, "Look whether the IPFS node runs and has room, and at Publishers.Types.IPFS.Endpoint.", exception);
        }
        catch (UnreadableResultsException exception)
        {
            throw Problem($"the results cannot be read: {exception.Message}", "Look at the node's disk.", exception);
        }
    }

    /// <inheritdoc/>
    public async Task WithdrawAsync(PublishTarget target, CancellationToken cancellation)
    {
        var execution = target.Execution;
        await pinning.WaitAsync(cancellation);
        try
        {
            foreach (var cid in records.Find(execution))
            {
                await UnpinAsync(execution, cid, cancellation);
            }
        }
        catch (IpfsException exception)
        {
            // Whoever withdraws tries again.
            throw new IOException(exception.Message, exception);
        }
        finally
        {
            pinning.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => pinning.Dispose();

    private async Task<(Cid Root, ResultMetadata Metadata)> AddAsync(PublishRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        ResultForm? form = null;
        var added = await client.AddAsync(heard => form = new ResultForm(request.Folder, progress, heard), cancellation);
        foreach (var entry in form!.Sent.Where(entry => entry.Kind != ResultKind.Folder))
        {
            var isThere = added.ContainsKey($"{ResultForm.Root}/{entry.Path}");
            if (entry.Kind == ResultKind.LeftOut)
            {
                request.Warnings?.Report($"'{entry.Path}' is not published: {entry.Reason}");
            }
            else if (!isThere && entry.Kind == ResultKind.Link)
            {
                request.Warnings?.Report($"'{entry.Path}' is not published: it is a symbolic link, and the IPFS node takes none");
            }
            else if (!isThere)
            {
                throw new IpfsException(IpfsTrouble.BadAnswer, $"{client.Name} has not added '{entry.Path}' of the results, and does not say why");
            }
        }

        return added.GetValueOrDefault(ResultForm.Root) is { } root
            ? (root, form.Metadata)
            : throw new IpfsException(IpfsTrouble.BadAnswer, $"{client.Name} has added the results and does not say what their CID is");
    }

    /// <summary>The one step that makes a result visible. What somebody else has pinned already is not ours to unpin, so it is not remembered.</summary>
    private async Task PinAsync(ExecutionId execution, Cid root, Func<CancellationToken, Task> grant, CancellationToken cancellation)
    {
        var isOthers = !records.IsNeeded(root) && await client.IsPinnedAsync(root, cancellation);
        var earlier = records.Find(execution).Where(cid => cid != root).ToList();
        await grant(cancellation);
        try
        {
            if (!isOthers)
            {
                records.Add(execution, root);
                await client.PinAsync(root, cancellation);
            }
        }
        catch
        {
            await UndoAsync(execution, root);
            throw;
        }

        foreach (var cid in earlier)
        {
            await UnpinAsync(execution, cid, cancellation);
        }
    }

    /// <summary>What cannot be undone now is still remembered, and goes when the result is withdrawn.</summary>
    private async Task UndoAsync(ExecutionId execution, Cid cid)
    {
        using var limit = new CancellationTokenSource(_undoTime);
        try
        {
            await UnpinAsync(execution, cid, limit.Token);
        }
        catch (Exception exception) when (exception is IpfsException or IOException or OperationCanceledException)
        {
            // The cause is told already.
        }
    }

    private async Task UnpinAsync(ExecutionId execution, Cid cid, CancellationToken cancellation)
    {
        if (!records.IsNeeded(cid, besides: execution))
        {
            await client.UnpinAsync(cid, cancellation);
        }

        records.Remove(execution, cid);
    }

    private static EngineException Problem(string message, string hint, Exception inner) => new(new ExecutionProblem("IPFS:NotPublished", message, hint), isRefusal: false, inner);
}
