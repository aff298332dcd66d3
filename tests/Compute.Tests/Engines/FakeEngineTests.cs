using System.Collections.Immutable;
using Bacalhau.Compute.Engines;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Engines;

namespace Bacalhau.Compute.Tests.Engines;

public sealed class FakeEngineThatOutlivesItsNodeConformance() : FakeEngineConformance(outlivesNode: true);

public sealed class FakeEngineThatEndsWithItsNodeConformance() : FakeEngineConformance(outlivesNode: false);

/// <summary>The fake engine shows what real ones show; its programs are looked up by the task's name.</summary>
public abstract class FakeEngineConformance(bool outlivesNode) : EngineConformance
{
    private readonly FakeMachine machine = new(outlivesNode);
    private ImmutableDictionary<string, FakeProgram> programs = ImmutableDictionary<string, FakeProgram>.Empty;

    protected override TaskSpec RefusedTask => Task(FakeProgram.Of(failAt: FakeFailure.Refusal));

    protected override IEngine CreateEngine() => new FakeEngine(machine, TimeProvider.System, task => programs[task.Name]);

    protected override EngineRun Fill(EngineRun run, EngineProgram program) => run with { Task = Task(new FakeProgram(program)) };

    protected override EngineRun FillWithUnstartable(EngineRun run) => run with { Task = Task(FakeProgram.Of(failAt: FakeFailure.Start)) };

    protected override Task AssertNothingLeftAsync()
    {
        Assert.Empty(machine.Processes);
        return System.Threading.Tasks.Task.CompletedTask;
    }

    private TaskSpec Task(FakeProgram program)
    {
        var name = $"{programs.Count}";
        ImmutableInterlocked.TryAdd(ref programs, name, program);
        return new TaskSpec { Name = name };
    }
}
