using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Cache;

/// <summary>One execution that waits for content.</summary>
/// <param name="file">Path of the file that is to be the content, which is not there.</param>
/// <param name="mostBytes">Most bytes that it may have.</param>
/// <param name="progress">How far it is.</param>
internal sealed class CacheSeat(string file, long mostBytes, IProgress<ExecutionProgress> progress)
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource<CacheEntry> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task placing = Task.CompletedTask;
    private bool hasLeft;

    public long MostBytes { get; } = mostBytes;

    public IProgress<ExecutionProgress> Progress { get; } = progress;

    /// <summary>Completes when the file is there.</summary>
    public Task<CacheEntry> Done => done.Task;

    /// <summary>Makes the file of an object: another name of it or, on another file system, a copy.</summary>
    public Task PlaceAsync(string source)
    {
        lock (gate)
        {
            return placing = hasLeft ? placing : Task.Run(() => Place(source));
        }
    }

    /// <summary>The file is there.</summary>
    public void Give(CacheEntry entry) => done.TrySetResult(entry);

    /// <summary>Waits no longer. Completes when the file is touched no more.</summary>
    public Task LeaveAsync()
    {
        lock (gate)
        {
            hasLeft = true;
            return placing;
        }
    }

    public void Fail(Exception exception) => done.TrySetException(exception);

    private void Place(string source)
    {
        try
        {
            if (!HardLink.TryMake(source, file))
            {
                File.Copy(source, file);
            }
        }
        catch (Exception exception) // It goes to the execution that waits.
        {
            Fail(exception);
        }
    }
}
