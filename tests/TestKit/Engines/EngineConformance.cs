using System.Collections.Immutable;
using System.Globalization;
using Bacalhau.Compute.Engines;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Xunit;
using static Bacalhau.TestKit.Engines.ProgramStep;

namespace Bacalhau.TestKit.Engines;

/// <summary>
/// What every engine must show. An engine's tests derive from it and say how a program becomes a task.
/// Whoever drives an engine calls it in this order: refusal, prepare, run, remove.
/// </summary>
public abstract class EngineConformance : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Less than the 10 seconds that a daemon gives by itself.</summary>
    private static readonly TimeSpan LessThanAnyGrace = TimeSpan.FromSeconds(8);

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-engine-");
    private int made;

    /// <summary>A new engine object over the same place as the ones before it, as after a restart of the node.</summary>
    protected abstract IEngine CreateEngine();

    /// <summary>The run with its task, and what else the program needs among the inputs, filled in. Paths in the program are given by the mounts.</summary>
    protected abstract EngineRun Fill(EngineRun run, EngineProgram program);

    /// <summary>The run with a task that passes <see cref="IEngine.FindRefusalAsync"/> and can never start: a command, an entry point that is not there.</summary>
    protected abstract EngineRun FillWithUnstartable(EngineRun run);

    /// <summary>A task whose parameters the engine must refuse.</summary>
    protected abstract TaskSpec RefusedTask { get; }

    /// <summary>Fails if anything of any execution is left on the node.</summary>
    protected virtual Task AssertNothingLeftAsync() => Task.CompletedTask;

    /// <summary>Memory limit of the memory test; the program asks for four times as much.</summary>
    protected virtual long MemoryLimitBytes => 64L << 20;

    /// <summary>The folder of this test.</summary>
    protected string Root => root.FullName;

    protected RecordingSink Sink { get; } = new();

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        root.Delete(recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Engine_is_available() => Assert.Null(await CreateEngine().FindWhyUnavailableAsync(default));

    [Fact]
    public async Task Sound_task_is_not_refused() =>
        Assert.Null(await CreateEngine().FindRefusalAsync(Fill(NewRun(), EngineProgram.Of(new Exit(0))).Task, default));

    [Fact]
    public async Task Bad_parameters_are_refused_with_a_code_and_words()
    {
        var problem = await CreateEngine().FindRefusalAsync(RefusedTask, default);

        Assert.NotNull(problem);
        Assert.Contains(':', problem.Code);
        Assert.NotEmpty(problem.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(126)]
    [InlineData(200)]
    [InlineData(255)]
    public async Task Exit_code_is_the_programs_own(int code)
    {
        var end = await RunAsync(NewRun(), EngineProgram.Of(new Exit(code)));

        Assert.Equal(new EngineExit(EngineOutcome.Exited, code), end);
    }

    [Fact]
    public async Task Each_output_stream_is_kept_whole_and_in_order()
    {
        var lines = Enumerable.Range(1, 50).ToArray();
        var steps = lines.SelectMany(n => new ProgramStep[] { new Out($"out {n}\n"), new Err($"err {n}\n") });

        await RunAsync(NewRun(), new EngineProgram([.. steps]));

        Assert.Equal(string.Concat(lines.Select(n => $"out {n}\n")), Sink.Stdout);
        Assert.Equal(string.Concat(lines.Select(n => $"err {n}\n")), Sink.Stderr);
    }

    [Fact]
    public async Task Environment_reaches_the_program_unchanged()
    {
        var environment = TextMap.Empty.Add("A", "1").Add("B", "two words").Add("C", "x=y").Add("D", "").Add("E", "ü$HOME'\"");

        await RunAsync(NewRun() with { Environment = environment }, EngineProgram.Of(new PrintEnvironment()));

        var lines = Sink.Stdout.Split('\n');
        Assert.All(environment, pair => Assert.Contains($"{pair.Key}={pair.Value}", lines));
    }

    [Fact]
    public async Task Arguments_reach_the_program_unchanged()
    {
        var program = EngineProgram.Of(new PrintArguments()) with { Arguments = ["one", "", "two words", "$HOME", "'\"\\", "ü", "-x"] };

        await RunAsync(NewRun(), program);

        Assert.Equal(string.Concat(program.Arguments.Select(argument => argument + "\n")), Sink.Stdout);
    }

    [Fact]
    public async Task Standard_input_is_empty()
    {
        var end = await RunAsync(NewRun(), EngineProgram.Of(new PrintStdin(), new Out("end")));

        Assert.Equal(0, end.ExitCode);
        Assert.Equal("end", Sink.Stdout);
    }

    [Fact]
    public async Task Input_folders_and_files_are_read()
    {
        var run = NewRun();
        run = run with { Inputs = [Input("folder", "/inputs/data"), FileInput("file", "/inputs/one.txt")] };

        var end = await RunAsync(run, EngineProgram.Of(new Read("/inputs/data/a.txt"), new Read("/inputs/data/sub/b.txt"), new Read("/inputs/one.txt")));

        Assert.Equal("from a, from b, from one", Sink.Stdout);
        Assert.Equal(0, end.ExitCode);
    }

    [Fact]
    public async Task Read_only_input_folder_refuses_writes()
    {
        var input = Input("folder", "/inputs/data");

        var end = await RunAsync(NewRun() with { Inputs = [input] }, EngineProgram.Of(new Write("/inputs/data/new.txt", "x")));

        Assert.Equal((EngineOutcome.Exited, 1), (end.Outcome, end.ExitCode));
        Assert.False(File.Exists(Path.Combine(input.Source, "new.txt")));
    }

    [Fact]
    public async Task Read_only_input_file_refuses_writes()
    {
        var input = FileInput("file", "/inputs/one.txt");

        var end = await RunAsync(NewRun() with { Inputs = [input] }, EngineProgram.Of(new Write("/inputs/one.txt", "x")));

        Assert.Equal((EngineOutcome.Exited, 1), (end.Outcome, end.ExitCode));
        Assert.Equal("from one", await File.ReadAllTextAsync(input.Source));
    }

    [Fact]
    public async Task Results_are_written_to_the_result_folder()
    {
        var run = NewRun();

        var end = await RunAsync(run, EngineProgram.Of(new Write("/outputs/result.txt", "made")));

        Assert.Equal(0, end.ExitCode);
        Assert.Equal("made", await File.ReadAllTextAsync(Path.Combine(run.Results[0].Source, "result.txt")));
    }

    [Fact]
    public async Task Stop_ends_the_program_within_the_grace_and_keeps_its_output()
    {
        using var stop = new CancellationTokenSource();
        var run = NewRun() with { StopGrace = TimeSpan.FromSeconds(30) };

        var running = RunAsync(run, EngineProgram.Of(new Out("begun\n"), new Wait(TimeSpan.FromHours(1))), stop.Token);
        await Sink.WaitForStdoutAsync("begun\n");
        await stop.CancelAsync();
        var end = await running.WaitAsync(TimeSpan.FromSeconds(40));

        Assert.Equal(EngineOutcome.Stopped, end.Outcome);
        Assert.NotEqual(0, end.ExitCode);
        Assert.Equal("begun\n", Sink.Stdout);
    }

    [Fact]
    public async Task Program_that_does_not_listen_is_killed_after_the_grace()
    {
        using var stop = new CancellationTokenSource();
        var run = NewRun() with { StopGrace = TimeSpan.FromSeconds(1) };

        var running = RunAsync(run, EngineProgram.Of(new Out("begun\n"), new Hang()), stop.Token);
        await Sink.WaitForStdoutAsync("begun\n");
        await stop.CancelAsync();
        var end = await running.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(EngineOutcome.Stopped, end.Outcome);
        Assert.NotEqual(0, end.ExitCode);
        Assert.Equal("begun\n", Sink.Stdout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Program_that_has_passed_a_limit_is_killed_without_grace(bool isInItsGrace)
    {
        using var stop = new CancellationTokenSource();
        using var limit = new CancellationTokenSource();
        var run = NewRun() with { StopGrace = TimeSpan.FromMinutes(10), NoGrace = limit.Token };

        var running = RunAsync(run, EngineProgram.Of(new Out("begun\n"), new Hang()), stop.Token);
        await Sink.WaitForStdoutAsync("begun\n");
        await (isInItsGrace ? stop : limit).CancelAsync();
        await (isInItsGrace ? limit : stop).CancelAsync();
        var end = await running.WaitAsync(LessThanAnyGrace);

        Assert.Equal(EngineOutcome.Stopped, end.Outcome);
        Assert.NotEqual(0, end.ExitCode);
    }

    [Fact]
    public async Task Stop_with_a_grace_of_zero_kills_at_once()
    {
        using var stop = new CancellationTokenSource();
        var run = NewRun() with { StopGrace = TimeSpan.Zero };

        var running = RunAsync(run, EngineProgram.Of(new Out("begun\n"), new Hang()), stop.Token);
        await Sink.WaitForStdoutAsync("begun\n");
        await stop.CancelAsync();
        var end = await running.WaitAsync(LessThanAnyGrace);

        Assert.Equal(EngineOutcome.Stopped, end.Outcome);
        Assert.NotEqual(0, end.ExitCode);
    }

    [Fact]
    public async Task Run_that_is_stopped_before_it_starts_is_stopped()
    {
        var end = await RunAsync(NewRun(), EngineProgram.Of(new Wait(TimeSpan.FromHours(1))), new CancellationToken(canceled: true));

        Assert.Equal(EngineOutcome.Stopped, end.Outcome);
        Assert.NotEqual(0, end.ExitCode);
    }

    [Fact]
    public async Task Memory_limit_fails_the_run_and_says_so()
    {
        var run = NewRun();
        run = run with { Resources = run.Resources with { MemoryBytes = MemoryLimitBytes } };

        var end = await RunAsync(run, EngineProgram.Of(new UseMemory(MemoryLimitBytes * 4)));

        Assert.Equal(EngineOutcome.Failed, end.Outcome);
        Assert.NotEqual(0, end.ExitCode);
        Assert.Contains("emory", end.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_that_cannot_start_fails_with_minus_one()
    {
        var end = await DriveAsync(CreateEngine(), FillWithUnstartable(NewRun()), default, default);

        Assert.Equal((EngineOutcome.Failed, -1), (end.Outcome, end.ExitCode));
        Assert.Contains(':', end.Problem!.Code);
        Assert.NotEmpty(end.Problem.Message);
    }

    [Fact]
    public async Task Crash_is_not_success_and_keeps_the_output()
    {
        var end = await RunAsync(NewRun(), EngineProgram.Of(new Out("before"), new Err("warned"), new Crash(), new Out("after")));

        Assert.NotEqual(0, end.ExitCode);
        Assert.Equal("before", Sink.Stdout);
        Assert.StartsWith("warned", Sink.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_cut_by_a_restart_of_the_node_comes_to_its_end_with_its_output_once()
    {
        using var detach = new CancellationTokenSource();
        var program = EngineProgram.Of(new Out("begun\n"), new Wait(TimeSpan.FromSeconds(2)), new Out("ended\n"), new Exit(4));
        var run = Fill(NewRun(), program);

        var first = CreateEngine();
        var running = DriveAsync(first, run, default, detach.Token, remove: false);
        await Sink.WaitForStdoutAsync("begun\n");
        await detach.CancelAsync();
        var cut = await running.WaitAsync(Patience);
        var end = await DriveAsync(CreateEngine(), run with { MayBeRunning = true }, default, default).WaitAsync(Patience);

        Assert.Contains(cut.Outcome, new[] { EngineOutcome.Detached, EngineOutcome.Interrupted });
        Assert.Equal(new EngineExit(EngineOutcome.Exited, 4), end);
        Assert.Equal("begun\nended\n", Sink.Stdout);
    }

    [Fact]
    public async Task Run_that_may_be_running_but_never_started_is_started()
    {
        var run = Fill(NewRun(), EngineProgram.Of(new Out("x"), new Exit(5))) with { MayBeRunning = true };

        Assert.Equal(new EngineExit(EngineOutcome.Exited, 5), await DriveAsync(CreateEngine(), run, default, default));
        Assert.Equal("x", Sink.Stdout);
    }

    [Fact]
    public async Task Twenty_megabytes_of_output_arrive_whole()
    {
        await RunAsync(NewRun(), EngineProgram.Of(new Flood(20_000_000)));

        Assert.Equal(20_000_000, Sink.StdoutLength);
    }

    [Fact]
    public async Task Runs_at_the_same_time_do_not_mix()
    {
        var engine = CreateEngine();
        var sinks = Enumerable.Range(0, 4).Select(_ => new RecordingSink()).ToArray();

        var ends = await Task.WhenAll(sinks.Select((sink, n) =>
            DriveAsync(engine, Fill(NewRun() with { Output = sink }, EngineProgram.Of(new Out($"{n}"), new Exit(10 + n))), default, default)));

        Assert.Equal(["0", "1", "2", "3"], sinks.Select(sink => sink.Stdout));
        Assert.Equal([10, 11, 12, 13], ends.Select(end => end.ExitCode));
    }

    [Fact]
    public async Task Sweep_leaves_live_executions_alone()
    {
        var engine = CreateEngine();
        var run = Fill(NewRun(), EngineProgram.Of(new Out("begun\n"), new Wait(TimeSpan.FromSeconds(1)), new Exit(6)));

        var running = DriveAsync(engine, run, default, default);
        await Sink.WaitForStdoutAsync("begun\n");
        await engine.SweepAsync(ImmutableHashSet.Create(run.Execution), default);

        Assert.Equal(6, (await running.WaitAsync(Patience)).ExitCode);
    }

    [Fact]
    public async Task Sweep_removes_what_belongs_to_no_live_execution()
    {
        using var detach = new CancellationTokenSource();
        var run = Fill(NewRun(), EngineProgram.Of(new Out("begun\n"), new Wait(TimeSpan.FromHours(1))));
        var running = DriveAsync(CreateEngine(), run, default, detach.Token, remove: false);
        await Sink.WaitForStdoutAsync("begun\n");
        await detach.CancelAsync();
        await running.WaitAsync(Patience);

        await CreateEngine().SweepAsync(ImmutableHashSet<ExecutionId>.Empty, default);

        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Removing_twice_is_no_error()
    {
        var engine = CreateEngine();
        var run = Fill(NewRun(), EngineProgram.Of(new Exit(0)));
        await DriveAsync(engine, run, default, default);

        await engine.RemoveAsync(run.Execution, default);
        await engine.RemoveAsync(run.Execution, default);

        await AssertNothingLeftAsync();
    }

    /// <summary>A run with a result folder at <c>/outputs</c> and no inputs, of an execution of its own.</summary>
    protected EngineRun NewRun()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref made):x12}");
        return new EngineRun
        {
            Execution = new ExecutionId($"e-{Guid.NewGuid()}"),
            Job = new JobId($"j-{Guid.NewGuid()}"),
            Namespace = "default",
            Task = new TaskSpec { Name = "main" },
            Resources = new ResourceAmount(CpuMillis: 500, MemoryBytes: 256L << 20, DiskBytes: 0, Gpus: 0),
            Environment = TextMap.Empty,
            Inputs = [],
            Results = [new Mount(root.CreateSubdirectory($"{name}/results/outputs").FullName, "/outputs", Writable: true)],
            ScratchFolder = root.CreateSubdirectory($"{name}/scratch").FullName,
            Output = Sink,
            StopGrace = TimeSpan.FromSeconds(10),
        };
    }

    /// <summary>Runs a program from refusal to removal.</summary>
    protected Task<EngineExit> RunAsync(EngineRun run, EngineProgram program, CancellationToken stop = default) =>
        DriveAsync(CreateEngine(), Fill(run, program), stop, default).WaitAsync(Patience, CancellationToken.None);

    /// <summary>Drives a run as the node does; an engine that cannot prepare is a run that never started.</summary>
    protected static async Task<EngineExit> DriveAsync(IEngine engine, EngineRun run, CancellationToken stop, CancellationToken detach, bool remove = true)
    {
        try
        {
            await engine.PrepareAsync(run, new IgnoredProgress(), default);
            return await engine.RunAsync(run, stop, detach);
        }
        catch (EngineException e)
        {
            return new EngineExit(EngineOutcome.Failed, -1, e.Problem);
        }
        finally
        {
            if (remove)
            {
                await engine.RemoveAsync(run.Execution, default);
            }
        }
    }

    private Mount Input(string name, string target)
    {
        var folder = root.CreateSubdirectory(name);
        File.WriteAllText(Path.Combine(folder.FullName, "a.txt"), "from a, ");
        File.WriteAllText(Path.Combine(folder.CreateSubdirectory("sub").FullName, "b.txt"), "from b, ");
        return new Mount(folder.FullName, target, Writable: false);
    }

    private Mount FileInput(string name, string target)
    {
        var path = Path.Combine(root.CreateSubdirectory(name).FullName, "one.txt");
        File.WriteAllText(path, "from one");
        return new Mount(path, target, Writable: false);
    }

    private sealed class IgnoredProgress : IProgress<Core.Executions.ExecutionProgress>
    {
        public void Report(Core.Executions.ExecutionProgress value)
        {
        }
    }
}
