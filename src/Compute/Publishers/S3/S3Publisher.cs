using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Results;
using Bacalhau.Compute.S3;
using Bacalhau.Compute.Tasks;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Publishers.S3;

/// <summary>
/// Puts results into the bucket that the job names, in AWS S3 or in what speaks its protocol: as one tar.gz, which goes there as it is made, or file by file.
/// </summary>
public sealed class S3Publisher : IPublisher, IDisposable
{
    /// <summary>How long a node's start waits to know whether it has credentials; a machine's role may take seconds, and is found by a later look.</summary>
    private static readonly TimeSpan _lookTime = TimeSpan.FromMilliseconds(100);

    private readonly S3PublisherOptions options;
    private readonly Func<Task<S3Keys>> findKeys;
    private readonly TimeProvider clock;
    private readonly JobBuckets buckets;
    private readonly S3Sending sending;
    private readonly S3Probes probes;

    /// <summary>Makes the publisher.</summary>
    /// <param name="http">A client that follows no redirect by itself and reaches only what jobs may reach.</param>
    /// <param name="findKeys">Finds the node's credentials.</param>
    /// <param name="options">How to send, and where to.</param>
    /// <param name="clock">Clock of pauses and limits.</param>
    public S3Publisher(HttpClient http, Func<Task<S3Keys>> findKeys, S3PublisherOptions options, TimeProvider clock)
    {
        (this.options, this.findKeys, this.clock) = (options, findKeys, clock);
        buckets = new JobBuckets(http, findKeys, options) { Done = "written" };
        sending = new S3Sending(options, clock);
        probes = new S3Probes(sending, clock);
    }

    /// <inheritdoc/>
    public string Name => PublisherTypes.S3;

    /// <inheritdoc/>
    public void Dispose()
    {
        buckets.Dispose();
        sending.Dispose();
    }

    /// <inheritdoc/>
    public async Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation)
    {
        try
        {
            return (await findKeys().WaitAsync(_lookTime, clock, cancellation)).AreNone ? "the node has no AWS credentials" : null;
        }
        catch (TimeoutException)
        {
            return "the node looks for AWS credentials";
        }
    }

    /// <inheritdoc/>
    public async Task<ExecutionProblem?> FindRefusalAsync(SpecConfig publisher, CancellationToken cancellation)
    {
        var (read, problem) = Read(publisher);
        if (read is null)
        {
            return problem;
        }

        try
        {
            await probes.RunAsync(await OpenAsync(read, cancellation), read, cancellation);
            return null;
        }
        catch (EngineException exception) when (exception.IsRefusal)
        {
            return exception.Problem;
        }
    }

    /// <inheritdoc/>
    public async Task<PublishedResult> PublishAsync(
        PublishRequest request, Func<CancellationToken, Task> grant, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var target = await FindAsync(request.Target, cancellation);
        await new S3Removal(sending, target).RemoveUnfinishedAsync(cancellation);
        return target.Params.Encoding == S3Encoding.Plain
            ? S3Result.Of(target, "", await new S3FolderUpload(sending, target, request).RunAsync(grant, progress, cancellation))
            : await PublishArchiveAsync(target, request, grant, progress, cancellation);
    }

    /// <inheritdoc/>
    public async Task WithdrawAsync(PublishTarget target, CancellationToken cancellation)
    {
        if (Read(target.Publisher).Params is null)
        {
            // It was never published.
            return;
        }

        await new S3Removal(sending, await FindAsync(target, cancellation)).RunAsync(cancellation);
    }

    private async Task<PublishedResult> PublishArchiveAsync(
        S3Target target, PublishRequest request, Func<CancellationToken, Task> grant, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        await using var upload = new S3ObjectUpload(sending, target, target.Key, new UnlinkedFiles(request.Folder).Sum());
        try
        {
            var metadata = await ResultArchive.WriteAsync(request.Folder, upload, request.Warnings, progress, cancellation);
            return S3Result.Of(target, await upload.CompleteAsync(grant, cancellation), metadata);
        }
        catch
        {
            await upload.UndoAsync();
            throw;
        }
    }

    private async Task<S3Target> FindAsync(PublishTarget target, CancellationToken cancellation)
    {
        var (read, problem) = Read(target.Publisher);
        return read is null
            ? throw new EngineException(problem!, isRefusal: true)
            : new S3Target(await OpenAsync(read, cancellation), read.KeyOf(target.Job, target.Execution, options.Node, target.Since), read, target.Execution);
    }

    private Task<JobBucket> OpenAsync(S3PublisherParams read, CancellationToken cancellation) =>
        buckets.OpenAsync(read.Bucket, read.Endpoint, read.Region, cancellation);

    private (S3PublisherParams? Params, ExecutionProblem? Problem) Read(SpecConfig publisher)
    {
        var read = S3PublisherParams.Read(publisher);
        return read.Value is not { } given ? (null, BadParameters.Of("S3", read.Problems))
            : !S3Access.IsAllowed(options, given.Bucket) ? (null, S3Problems.BucketNotAllowed(given.Bucket))
            : S3Access.PlaceOf(options, given.Endpoint, given.Region).Endpoint is null && given.Region.Length + options.Region.Length == 0 ? (null, S3Problems.NoRegion(given.Bucket))
            : (given, null);
    }
}
