using Bacalhau.Compute.Executions;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Compute.Tests.Executions;

public sealed class StartGateTests
{
    private static readonly TimeSpan _beat = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task A_process_that_runs_starts_programs_at_once_even_if_nobody_answers()
    {
        var gate = new StartGate(clock);
        for (var i = 0; i < 20; i++)
        {
            gate.Tick(_beat);
            clock.Advance(_beat);
        }

        await gate.PassAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task After_a_standstill_nothing_starts_before_an_answer_to_a_question_asked_since()
    {
        var gate = new StartGate(clock);
        gate.Tick(_beat);
        var before = gate.Closings;
        clock.Advance(TimeSpan.FromMinutes(2));
        var start = gate.PassAsync(TestContext.Current.CancellationToken);
        gate.Heard(before);
        Assert.False(start.IsCompleted);

        gate.Heard(gate.Closings);
        await start;
    }

    [Fact]
    public async Task After_a_standstill_without_an_orchestrator_work_goes_on()
    {
        var gate = new StartGate(clock);
        gate.Tick(_beat);
        clock.Advance(TimeSpan.FromMinutes(2));
        gate.Tick(_beat);
        var start = gate.PassAsync(TestContext.Current.CancellationToken);
        Assert.False(start.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(15));
        await start;
    }
}
