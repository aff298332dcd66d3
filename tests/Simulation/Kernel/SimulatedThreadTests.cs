namespace Bacalhau.Simulation.Kernel;

public sealed class SimulatedThreadTests
{
    private readonly VirtualClock clock = new();

    [Fact]
    public void Hours_pass_at_once_and_in_order()
    {
        var seen = new List<string>();
        Run(async () => await Task.WhenAll(NoteAfter(3), NoteAfter(1), NoteAfter(2)));

        Assert.Equal(["1 h", "2 h", "3 h"], seen);
        Assert.Equal(TimeSpan.FromHours(3), clock.Elapsed);

        async Task NoteAfter(int hours)
        {
            await Task.Delay(TimeSpan.FromHours(hours), clock, TestContext.Current.CancellationToken);
            seen.Add($"{hours} h");
        }
    }

    [Fact]
    public void Code_that_waits_for_ever_is_found() =>
        Assert.Throws<InvalidOperationException>(() => Run(() => new TaskCompletionSource().Task));

    [Fact]
    public void Code_that_leaves_the_thread_is_found() =>
        Assert.Throws<InvalidOperationException>(() => Run(async () =>
        {
            var other = new TaskCompletionSource();
            var thread = new Thread(() => other.SetResult());
            var wait = Wait(other.Task);
            thread.Start();
            thread.Join();
            await Task.Delay(TimeSpan.FromSeconds(1), clock, TestContext.Current.CancellationToken);
            await wait;
        }));

    [Fact]
    public void Time_limits_and_periods_run_on_the_virtual_clock()
    {
        var ticks = 0;
        Run(async () =>
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), clock);
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(3), clock);
            try
            {
                while (await timer.WaitForNextTickAsync(limit.Token))
                {
                    ticks++;
                }
            }
            catch (OperationCanceledException)
            {
            }
        });

        Assert.Equal(3, ticks);
    }

    private static async Task Wait(Task task) => await task;

    private void Run(Func<Task> main) => new SimulatedThread(clock, new Random(1)).Run(main);
}
