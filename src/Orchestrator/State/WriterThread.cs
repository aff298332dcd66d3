namespace Bacalhau.Orchestrator.State;

/// <summary>A thread of its own for the writer: its commits wait for the disk and must not hold one of the pool.</summary>
internal static class WriterThread
{
    /// <summary>Starts it; the task ends when the work does.</summary>
    public static Task Start(Action work)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(work, end)) { Name = "State writer", IsBackground = true };
        thread.Start();
        return end.Task;
    }

    private static void Run(Action work, TaskCompletionSource end)
    {
        try
        {
            work();
            end.SetResult();
        }
        catch (Exception e) // The thread's edge: whoever waits for the writer is told.
        {
            end.SetException(e);
        }
    }
}
