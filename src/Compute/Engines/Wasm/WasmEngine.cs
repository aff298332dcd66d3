using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel;
using Bacalhau.Compute.Worker;
using Bacalhau.Compute.Worker.Contract;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Engines.Wasm;

/// <summary>Runs WebAssembly programs for WASI preview 1, each in a worker process that can be killed. None outlives the node.</summary>
public sealed class WasmEngine : IEngine, IDisposable
{
    private const int Killed = 137;
    private const int Aborted = 134;

    /// <summary>What 32-bit addresses reach.</summary>
    private const long MaximumMemoryBytes = 4L << 30;

    private readonly WorkerPool pool;
    private readonly CompiledModules compiled;
    private readonly ConcurrentDictionary<ExecutionId, ImmutableArray<CompiledModule>> prepared = new();

    /// <summary>Starts nothing yet: the first program does.</summary>
    /// <param name="workerPath">Path of <c>bacalhau-worker</c>.</param>
    /// <param name="cacheFolder">Folder for compiled modules, of this engine alone; made when needed.</param>
    /// <param name="clock">Tells when workers have been idle for long.</param>
    public WasmEngine(string workerPath, string cacheFolder, TimeProvider clock)
    {
        pool = new WorkerPool(workerPath, clock);
        compiled = new CompiledModules(cacheFolder, pool, clock);
    }

    /// <inheritdoc/>
    public string Name => "wasm";

    /// <inheritdoc/>
    public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) =>
        Task.FromResult(File.Exists(pool.WorkerPath) ? null : $"{pool.WorkerPath} is missing; it belongs beside bacalhau.");

    /// <inheritdoc/>
    public Task<ExecutionProblem?> FindRefusalAsync(TaskSpec task, CancellationToken cancellation) => Task.FromResult(FindRefusal(task));

    /// <inheritdoc/>
    public async Task PrepareAsync(EngineRun run, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        progress.Report(new ExecutionProgress("compiling module", 0, 1, "items"));
        try
        {
            prepared[run.Execution] = await LoadAsync(run, cancellation);
        }
        catch (Win32Exception e)
        {
            throw new EngineException(WasmProblems.NoWorker(pool.WorkerPath, e.Message), isRefusal: false, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(WasmProblems.FilesUnusable(e.Message), isRefusal: false, e);
        }

        progress.Report(new ExecutionProgress("compiling module", 1, 1, "items"));
    }

    /// <inheritdoc/>
    public async Task<EngineExit> RunAsync(EngineRun run, CancellationToken stop, CancellationToken detach)
    {
        if (stop.IsCancellationRequested)
        {
            return new EngineExit(EngineOutcome.Stopped, Killed);
        }

        try
        {
            if (run.MayBeRunning)
            {
                await ForgetFirstRunAsync(run);
            }

            var isPrepared = prepared.TryGetValue(run.Execution, out var found) && found.All(module => File.Exists(module.Path));
            var modules = isPrepared ? found : await LoadAsync(run, stop);
            return await RunAsync(run, modules, stop, detach);
        }
        catch (EngineException e)
        {
            return new EngineExit(EngineOutcome.Failed, -1, e.Problem);
        }
        catch (Win32Exception e)
        {
            return new EngineExit(EngineOutcome.Failed, -1, WasmProblems.NoWorker(pool.WorkerPath, e.Message));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new EngineExit(EngineOutcome.Stopped, Killed);
        }
    }

    /// <inheritdoc/>
    public Task RemoveAsync(ExecutionId execution, CancellationToken cancellation)
    {
        prepared.TryRemove(execution, out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SweepAsync(IReadOnlySet<ExecutionId> live, CancellationToken cancellation)
    {
        // Workers of a node that is gone have ended by themselves.
        foreach (var execution in prepared.Keys.Where(execution => !live.Contains(execution)))
        {
            prepared.TryRemove(execution, out _);
        }

        compiled.Sweep();
        return Task.CompletedTask;
    }

    /// <summary>Ends the workers that wait.</summary>
    public void Dispose()
    {
        pool.Dispose();
        compiled.Dispose();
    }

    private static ExecutionProblem? FindRefusal(TaskSpec task)
    {
        if (task.HealthCheck is { } check)
        {
            return WasmProblems.NoHealthCheck(check.Type);
        }

        var read = WasmParams.Read(task.Engine ?? new SpecConfig());
        if (read.Value is not { } parameters)
        {
            return WasmProblems.BadParameters(read.ProblemText);
        }

        ImmutableArray<string> targets = [.. task.InputSources.Select(input => input.Target), .. task.ResultPaths.Select(result => result.Path)];
        var missing = parameters.ImportModules.Insert(0, parameters.EntryModule).FirstOrDefault(module => WasmParams.InputOf(task, module) is null);
        return WasmMounts.FindClash(targets) ?? (missing is null ? null : WasmProblems.ModuleNotFound(missing));
    }

    private static WasmParams ParametersOf(EngineRun run) => WasmParams.Read(run.Task.Engine!).Value!;

    private Task<ImmutableArray<CompiledModule>> LoadAsync(EngineRun run, CancellationToken cancellation)
    {
        if (FindRefusal(run.Task) is { } refusal)
        {
            throw new EngineException(refusal, isRefusal: true);
        }

        if (run.Resources.MemoryBytes > MaximumMemoryBytes)
        {
            throw new EngineException(WasmProblems.MemoryAskedTooLarge(run.Resources.MemoryBytes, MaximumMemoryBytes), isRefusal: true);
        }

        return new ProgramModules(compiled, ParametersOf(run), WasmMounts.Of(run), cancellation).LoadAsync();
    }

    private async Task<EngineExit> RunAsync(EngineRun run, ImmutableArray<CompiledModule> modules, CancellationToken stop, CancellationToken detach)
    {
        var root = Path.Combine(run.ScratchFolder, "root");
        var request = RequestOf(run, modules, root);
        Directory.CreateDirectory(root);
        var worker = pool.Rent(run.Namespace);
        var isReusable = false;
        try
        {
            using var stopping = stop.Register(worker.Kill);
            using var detaching = detach.Register(worker.Kill);
            var reply = await worker.RunAsync(request, run.Output);
            isReusable = reply.End == RunEnd.Exited && !stop.IsCancellationRequested && !detach.IsCancellationRequested;
            return ExitOf(reply, run, modules);
        }
        catch (WorkerLostException e)
        {
            return stop.IsCancellationRequested ? new EngineExit(EngineOutcome.Stopped, Killed)
                : detach.IsCancellationRequested ? new EngineExit(EngineOutcome.Interrupted, Killed)
                : new EngineExit(EngineOutcome.Failed, e.ExitCode == 0 ? Killed : e.ExitCode, WasmProblems.WorkerLost(e.Message));
        }
        finally
        {
            Release(worker, isReusable);
            RemoveRoot(root);
        }
    }

    private void Release(WorkerProcess worker, bool isReusable)
    {
        if (isReusable)
        {
            pool.Return(worker);
        }
        else
        {
            worker.Dispose();
        }
    }

    private static RunRequest RequestOf(EngineRun run, ImmutableArray<CompiledModule> modules, string root)
    {
        var parameters = ParametersOf(run);
        var mounts = WasmMounts.Of(run);
        return new RunRequest
        {
            Modules = modules,
            Entrypoint = parameters.Entrypoint,
            // A module has no name of its own that its program could be called by.
            Arguments = parameters.Parameters.Insert(0, ""),
            Environment = [.. run.Environment],
            RootFolder = root,
            Files = mounts.Files,
            Folders = mounts.Folders,
            MemoryBytes = run.Resources.MemoryBytes,
        };
    }

    private static EngineExit ExitOf(RunReply reply, EngineRun run, ImmutableArray<CompiledModule> modules)
    {
        if (reply.End == RunEnd.NotLinked)
        {
            // Should a compiled module be at fault (another processor, say), the next run compiles it anew.
            modules.Select(module => module.Path).ToList().ForEach(CompiledModules.Forget);
        }

        var memory = run.Resources.MemoryBytes;
        return reply.End switch
        {
            RunEnd.Exited => new EngineExit(EngineOutcome.Exited, reply.ExitCode),
            RunEnd.Trapped => new EngineExit(EngineOutcome.Failed, Aborted, WasmProblems.Trapped(reply.Message)),
            RunEnd.OutOfMemory => new EngineExit(EngineOutcome.Failed, Killed, WasmProblems.OutOfMemory(memory, reply.Message)),
            RunEnd.InputUnusable => NotStarted(WasmProblems.InputUnusable(reply.Message)),
            RunEnd.MemoryTooSmall => NotStarted(WasmProblems.MemoryTooSmall(memory, reply.Message)),
            _ => NotStarted(WasmProblems.NotLinked(reply.Message)),
        };
    }

    private static void RemoveRoot(string root)
    {
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static EngineExit NotStarted(ExecutionProblem problem) => new(EngineOutcome.Failed, -1, problem);

    /// <summary>The program runs again from its start, so what it had done is undone.</summary>
    private static async Task ForgetFirstRunAsync(EngineRun run)
    {
        await run.Output.RestartAsync(default);
        RemoveRoot(Path.Combine(run.ScratchFolder, "root"));
        foreach (var left in run.Results.SelectMany(result => new DirectoryInfo(result.Source).EnumerateFileSystemInfos()))
        {
            if (left is DirectoryInfo folder)
            {
                folder.Delete(recursive: folder.LinkTarget is null);
            }
            else
            {
                left.Delete();
            }
        }
    }
}
