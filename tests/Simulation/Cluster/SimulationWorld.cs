using Bacalhau.Simulation.Faults;
using Bacalhau.Simulation.Kernel;
using Bacalhau.TestKit.Links;

namespace Bacalhau.Simulation.Cluster;

/// <summary>What all processes of one simulated cluster share.</summary>
internal sealed class SimulationWorld : IDisposable
{
    public SimulationWorld(int seed, bool isTraced)
    {
        Seed = seed;
        Random = new Random(seed);
        Clock = new VirtualClock();
        Trace = new Trace(Clock, isTraced);
        Thread = new SimulatedThread(Clock, new Random(Random.Next()));
        Hub = new MemoryHub(Clock);
        Loggers = new TraceLoggers(Trace);
        Checks = new SafetyChecks(this);
        Faults = new FaultPlan(this, new Random(Random.Next()));
        Hub.Route = Faults.Route;
    }

    public int Seed { get; }

    public Random Random { get; }

    public VirtualClock Clock { get; }

    public Trace Trace { get; }

    public SimulatedThread Thread { get; }

    public MemoryHub Hub { get; }

    public TraceLoggers Loggers { get; }

    public SafetyChecks Checks { get; }

    public FaultPlan Faults { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public Task DelayAsync(TimeSpan time) => Task.Delay(time, Clock);

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * Random.NextDouble());

    public void Dispose() => Trace.Dispose();
}
