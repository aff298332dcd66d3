using System.Collections.Immutable;
using System.Globalization;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Executions;

/// <summary>Brings to the node what a task needs, and puts together what its engine is told.</summary>
internal sealed class Preparation(RunnerParts parts)
{
    private static readonly EnumerationOptions _allFiles = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    /// <summary>Fetches inputs and image. A stall ends it, or the task's own limit.</summary>
    /// <exception cref="EngineException">Something cannot be had.</exception>
    public async Task<EngineRun> PrepareAsync(ExecutionWork work, ExecutionControl control)
    {
        var patience = parts.Limits.PrepareStall;
        var longest = TaskTimes.Of(work.Task.Timeouts?.PrepareTimeout);
        using var stall = new CancellationTokenSource(patience, parts.Clock);
        using var limit = new CancellationTokenSource(longest ?? Timeout.InfiniteTimeSpan, parts.Clock);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(control.Leave, stall.Token, limit.Token);
        using var step = parts.Progress.Begin(work.Held.Id);
        using var ended = new CancellationTokenSource();
        _ = new Saving(parts).ReportPreparingLaterAsync(work.Held.Id, ended.Token);
        try
        {
            return await FetchAsync(work, new Progress(step, stall, patience), cancel.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !control.Leave.IsCancellationRequested)
        {
            throw new EngineException(
                new ExecutionProblem("Node:PrepareTimeout", $"inputs and image were not here within {longest:c}", "Raise Timeouts.PrepareTimeout, or bring the data nearer to the node."),
                isRefusal: false);
        }
        catch (OperationCanceledException) when (stall.IsCancellationRequested && !control.Leave.IsCancellationRequested)
        {
            throw new EngineException(
                new ExecutionProblem("Node:PrepareStalled", $"nothing came for {patience:c} while inputs and image were fetched", "Look at the network between the node and where the data is."),
                isRefusal: false);
        }
        finally
        {
            ended.Cancel();
        }
    }

    /// <summary>What the engine was told before the node was restarted.</summary>
    public EngineRun TakeUp(ExecutionWork work)
    {
        var folder = parts.Workspace.FolderOf(work.Held.Id);
        return Describe(work, folder) with { Results = folder.Results.Find(work.Task.ResultPaths), Inputs = [.. work.Held.Inputs] };
    }

    private async Task<EngineRun> FetchAsync(ExecutionWork work, Progress progress, CancellationToken cancellation)
    {
        var folder = parts.Workspace.FolderOf(work.Held.Id);
        folder.Clear();
        var assignment = work.Held.Assignment!;
        var disk = assignment.Amount.DiskBytes;
        var used = 0L;
        var inputs = ImmutableArray.CreateBuilder<Mount>();
        for (var i = 0; i < work.Task.InputSources.Length; i++)
        {
            var input = work.Task.InputSources[i];
            var request = new InputRequest(input, folder.MakeInput(i))
            {
                MostBytes = disk > 0 ? disk - used : long.MaxValue,
                Partition = assignment.Partition,
                PartitionCount = assignment.Count,
                List = work.Spec.Type is JobTypes.Batch or JobTypes.Ops ? parts.Lists.Of(work.Held.Id, assignment, i) : null,
            };
            inputs.Add(await FetchAsync(request, progress, cancellation));
            used += BytesIn(request.Folder);
            if (disk > 0 && used > disk)
            {
                throw TooLarge(input, used, disk);
            }
        }

        var run = Describe(work, folder) with { Results = MakeResults(work, folder), Inputs = inputs.ToImmutable() };
        await parts.EngineOf(work.Task)!.PrepareAsync(run, progress, cancellation);
        return run;
    }

    private async Task<Mount> FetchAsync(InputRequest request, Progress progress, CancellationToken cancellation)
    {
        try
        {
            return await parts.SourceOf(request.Input)!.PrepareAsync(request, progress, cancellation);
        }
        catch (IOException exception)
        {
            throw new EngineException(
                new ExecutionProblem("Node:InputNotKept", $"the input for '{request.Input.Target}' cannot be kept on the node: {exception.Message}", "Look at the node's disk."),
                isRefusal: false,
                exception);
        }
    }

    private static EngineException TooLarge(InputSource input, long used, long disk) => new(
        new ExecutionProblem(
            "Node:InputsTooLarge",
            string.Create(CultureInfo.InvariantCulture, $"with the input for '{input.Target}' the inputs have {used} bytes, more than the {disk} bytes of disk that the task asks for"),
            "Raise Resources.Disk of the task."),
        isRefusal: true);

    /// <summary>What an input takes of the disk that the task asks for, whether others share it or not.</summary>
    private static long BytesIn(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", _allFiles).Sum(file => file.Length) : 0;

    /// <summary>A task that neither names results nor publishes needs no folder for them.</summary>
    private static ImmutableArray<Mount> MakeResults(ExecutionWork work, IExecutionFolder folder) =>
        work.Task.ResultPaths.Length > 0 || RunnerParts.IsPublished(work.Task) ? folder.Results.Create(work.Task.ResultPaths) : [];

    private EngineRun Describe(ExecutionWork work, IExecutionFolder folder)
    {
        var assignment = work.Held.Assignment!;
        var (variables, refusal) = TaskEnvironment.Resolve(work.Job, work.Task, parts.HostVariables);
        return refusal is not null ? throw new EngineException(refusal, isRefusal: true) : new EngineRun
        {
            Execution = work.Held.Id,
            Job = new JobId(assignment.JobId),
            Namespace = work.Spec.Namespace,
            Task = work.Task,
            Resources = assignment.Amount,
            Environment = variables,
            Inputs = [],
            Results = [],
            ScratchFolder = folder.Scratch,
            Output = work.Log,
            StopGrace = work.Task.StopGrace is { } seconds ? TimeSpan.FromSeconds(seconds) : parts.Limits.StopGrace,
            MayBeRunning = work.Held.Phase == HeldPhase.Running,
        };
    }

    /// <summary>Each sign of progress is shown, and gives the time limit anew.</summary>
    private sealed class Progress(IProgress<ExecutionProgress> shown, CancellationTokenSource stall, TimeSpan limit) : IProgress<ExecutionProgress>
    {
        public void Report(ExecutionProgress value)
        {
            shown.Report(value);
            try
            {
                stall.CancelAfter(limit);
            }
            catch (ObjectDisposedException)
            {
                // A late word of what has ended.
            }
        }
    }
}
