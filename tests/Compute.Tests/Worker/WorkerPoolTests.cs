using Bacalhau.Compute.Worker;
using Bacalhau.TestKit.Processes;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Compute.Tests.Worker;

public sealed class WorkerPoolTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly WorkerPool pool;

    public WorkerPoolTests() => pool = new WorkerPool(WorkerBinary.Path, clock);

    public void Dispose() => pool.Dispose();

    [Fact]
    public void Worker_serves_its_namespace_again()
    {
        var worker = pool.Rent("a");
        pool.Return(worker);

        Assert.Same(worker, pool.Rent("a"));
    }

    [Fact]
    public void Worker_never_serves_another_namespace()
    {
        var worker = pool.Rent("a");
        pool.Return(worker);

        Assert.NotSame(worker, pool.Rent("b"));
    }

    [Fact]
    public async Task One_worker_waits_started_for_whoever_comes_next()
    {
        Assert.Equal(0, pool.IdleCount);
        pool.Rent("a").Dispose();
        await pool.Starting;

        Assert.Equal(1, pool.IdleCount);
    }

    [Fact]
    public async Task Idle_workers_end_after_their_time()
    {
        pool.Return(pool.Rent("a"));
        await pool.Starting;
        Assert.Equal(2, pool.IdleCount);

        clock.Advance(WorkerPool.IdleTime * 1.2);

        Assert.Equal(0, pool.IdleCount);
    }

    [Fact]
    public async Task Idle_workers_are_bounded()
    {
        var workers = Enumerable.Range(0, WorkerPool.MaximumIdle + 3).Select(_ => pool.Rent("a")).ToList();
        await pool.Starting;
        workers.ForEach(pool.Return);

        Assert.Equal(WorkerPool.MaximumIdle, pool.IdleCount);
        workers.ForEach(worker => worker.Dispose());
    }
}
