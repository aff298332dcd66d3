using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.S3;
using Bacalhau.Compute.Tasks;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>Inputs that are objects of a bucket, in AWS S3 or in what speaks its protocol. The program finds them as files in a folder that is the input's target.</summary>
public sealed class S3InputSource : IInputSource, IDisposable
{
    private readonly S3InputOptions options;
    private readonly InputCache cache;
    private readonly S3Attempts attempts;
    private readonly JobBuckets buckets;
    private readonly S3PartRoom partRoom;

    /// <summary>Makes the source.</summary>
    /// <param name="http">A client that follows no redirect by itself and reaches only what jobs may reach.</param>
    /// <param name="cache">Where what was fetched is kept.</param>
    /// <param name="findKeys">Finds the node's credentials.</param>
    /// <param name="options">How to fetch, and from where.</param>
    /// <param name="clock">Clock of pauses and limits.</param>
    public S3InputSource(HttpClient http, InputCache cache, Func<Task<S3Keys>> findKeys, S3InputOptions options, TimeProvider clock)
    {
        (this.options, this.cache) = (options, cache);
        attempts = new S3Attempts(options, clock);
        buckets = new JobBuckets(http, findKeys, options);
        partRoom = new S3PartRoom(options.PartBytes, options.MostPartsAhead);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [InputTypes.S3];

    /// <inheritdoc/>
    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc/>
    public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) => Task.FromResult(Read(input).Problem);

    /// <inheritdoc/>
    public Task<DataAnswer?> FindHeldAsync(DataQuestion question, CancellationToken cancellation) => Task.FromResult(
        S3InputParams.Read(question.Source!).Value is { } input ? S3Holdings.Find(cache, S3Access.PlaceOf(options, input.Endpoint, input.Region), input, question.Partitions, cancellation) : null);

    /// <inheritdoc/>
    public async Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var (input, problem) = Read(request.Input);
        if (input is null)
        {
            throw new EngineException(problem!, isRefusal: true);
        }

        var bucket = await buckets.OpenAsync(input.Bucket, input.Endpoint, input.Region, cancellation);
        var folder = Path.Combine(request.Folder, "content");
        InputBytes bytes;
        try
        {
            bytes = await FetchAsync(bucket, input, request, folder, progress, cancellation);
        }
        catch (EngineException exception) when (S3Problems.IsChange(exception))
        {
            if (input.IsPrefix && request.List is not null)
            {
                throw S3Problems.NotAsListed(exception);
            }

            Directory.Delete(folder, recursive: true);
            bytes = await FetchAsync(bucket, input, request, folder, progress, cancellation);
        }

        return new Mount(folder, request.Input.Target, Writable: false) { Bytes = bytes };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        buckets.Dispose();
        partRoom.Dispose();
    }

    private async Task<InputBytes> FetchAsync(JobBucket bucket, S3InputParams input, InputRequest request, string folder, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var findings = await new S3Search(options, attempts, bucket, input, request).FindAsync(progress, cancellation);
        var files = S3FileNames.Of(bucket, findings);
        var room = request.MostBytes;
        foreach (var (item, _) in files)
        {
            room = item.Bytes >= 0 && item.Bytes <= room ? room - item.Bytes : throw S3Problems.TooLarge(bucket.Show(input.Key), request.MostBytes);
        }

        var fetch = new S3Fetch(cache, attempts, partRoom, bucket, folder, input.IsPrefix ? "" : input.Sha256);
        return await fetch.RunAsync(files, options.MostAtOnce, progress, cancellation);
    }

    private (S3InputParams? Input, ExecutionProblem? Problem) Read(InputSource source)
    {
        var read = S3InputParams.Read(source.Source ?? new SpecConfig());
        return read.Value is { } input && !S3Access.IsAllowed(options, input.Bucket)
            ? (null, S3Problems.BucketNotAllowed(input.Bucket))
            : (read.Value, BadParameters.Of("S3", read.Problems));
    }
}
