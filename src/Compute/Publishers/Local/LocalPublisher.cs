using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Results;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Publishers.Local;

/// <summary>Keeps results on the node as tar.gz and offers them over HTTP (<see cref="LocalResultServer"/>).</summary>
public sealed class LocalPublisher : IPublisher, IKeptResults
{
    private readonly LocalPublisherOptions options;
    private readonly TimeProvider clock;
    private readonly LocalArchives archives;
    private readonly Lock gate = new();

    /// <summary>Bytes of archives that are written, and become visible next.</summary>
    private long reserved;

    /// <summary>Takes up the folder of archives.</summary>
    public LocalPublisher(LocalPublisherOptions options, TimeProvider clock)
    {
        (this.options, this.clock) = (options, clock);
        archives = new LocalArchives(options.Folder);
    }

    /// <inheritdoc/>
    public string Name => "local";

    /// <summary>Makes the folder and clears what an earlier life of the node did not finish; called once, before any result is published.</summary>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public void Open() => archives.Open();

    /// <summary>Path of the archive of an execution, for a client that cannot reach this node; null if there is none.</summary>
    public string? FindArchive(ExecutionId execution) => archives.FindByExecution(execution);

    /// <inheritdoc/>
    public Stream? Open(ExecutionId execution) => FindArchive(execution) is { } path ? File.OpenRead(path) : null;

    /// <inheritdoc/>
    public IReadOnlyList<ExecutionId> List() => archives.List();

    /// <inheritdoc/>
    public void Drop(ExecutionId execution) => archives.Delete(execution);

    /// <inheritdoc/>
    public void DropOld() => archives.DeleteOlder(clock.GetUtcNow() - options.KeepFor);

    /// <inheritdoc/>
    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult(
        !Directory.Exists(options.Folder) ? $"the folder for results '{options.Folder}' does not exist"
        : FindRoom() <= 0 ? Text($"the {options.MaxBytes} bytes for local results (Publishers.Types.Local.MaxSize) are full")
        : null);

    /// <inheritdoc/>
    public Task<ExecutionProblem?> FindRefusalAsync(SpecConfig publisher, CancellationToken cancellation) => Task.FromResult<ExecutionProblem?>(null);

    /// <inheritdoc/>
    public async Task<PublishedResult> PublishAsync(
        PublishRequest request, Func<CancellationToken, Task> grant, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var unfinished = archives.UnfinishedPath(request.Execution, secret);
        var bytes = 0L;
        try
        {
            DropOld();
            var metadata = await WriteAsync(request, unfinished, progress, cancellation);
            bytes = Reserve(new FileInfo(unfinished).Length);
            await grant(cancellation);
            var name = archives.Finish(unfinished, request.Execution, secret);
            return new PublishedResult { Type = "urlDownload", Params = Parameters(name), Metadata = metadata };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                new ExecutionProblem("Local:NotPublished", $"the results cannot be kept on the node: {e.Message}", "Look at the node's disk."), isRefusal: false, e);
        }
        finally
        {
            File.Delete(unfinished);
            lock (gate)
            {
                reserved -= bytes;
            }
        }
    }

    /// <inheritdoc/>
    public Task WithdrawAsync(PublishTarget target, CancellationToken cancellation)
    {
        archives.Delete(target.Execution);
        return Task.CompletedTask;
    }

    private async Task<ResultMetadata> WriteAsync(PublishRequest request, string path, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        await using var limited = new LimitedStream(file, Math.Max(0, FindRoom()), Full);
        var metadata = await ResultArchive.WriteAsync(request.Folder, limited, request.Warnings, progress, cancellation);
        await limited.FlushAsync(cancellation);
        file.Flush(flushToDisk: true);
        return metadata;
    }

    /// <summary>Bytes that are free for further archives.</summary>
    private long FindRoom()
    {
        lock (gate)
        {
            return options.MaxBytes - archives.Bytes() - reserved;
        }
    }

    /// <summary>Takes the room for an archive before it becomes visible; gives its bytes.</summary>
    private long Reserve(long bytes)
    {
        lock (gate)
        {
            reserved += options.MaxBytes - archives.Bytes() - reserved >= bytes ? bytes : throw Full();
            return bytes;
        }
    }

    private EngineException Full() => new(
        new ExecutionProblem(
            "Local:Full",
            Text($"the results cannot be kept on the node: they have no room among its {options.MaxBytes} bytes for local results (Publishers.Types.Local.MaxSize)"),
            "Delete jobs whose results are no longer needed (bacalhau job delete), have the node's operator raise the limit, or publish to S3 or IPFS."),
        isRefusal: false);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private ImmutableSortedDictionary<string, JsonElement> Parameters(string name)
    {
        var host = options.Address() is var address && address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        var url = JsonEncodedText.Encode(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{options.Port}/{name}"));
        return ImmutableSortedDictionary.Create<string, JsonElement>(StringComparer.Ordinal).Add("URL", JsonDocument.Parse($"\"{url}\"").RootElement);
    }
}
