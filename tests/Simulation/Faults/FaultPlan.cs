using Bacalhau.Compute.Engines;
using Bacalhau.Core.Executions;
using Bacalhau.Simulation.Cluster;
using Bacalhau.TestKit.Links;

namespace Bacalhau.Simulation.Faults;

/// <summary>What goes wrong by itself: by seed, until everything is healed. Messages fare badly at random; besides, traps wait at some of the fault points.</summary>
internal sealed class FaultPlan
{
    /// <summary>Traps in one seed: seeds in a row take the points in turn.</summary>
    private const int Traps = 12;

    private static readonly TimeSpan[] _good = [TimeSpan.FromMilliseconds(1)];

    private readonly SimulationWorld world;
    private readonly Random random;
    private readonly double loss;
    private readonly double doubling;
    private readonly TimeSpan slowest;
    private readonly Dictionary<string, List<Trap>> traps = new(StringComparer.Ordinal);

    public FaultPlan(SimulationWorld world, Random random)
    {
        (this.world, this.random) = (world, random);
        loss = random.Next(3) * 0.05 * random.NextDouble();
        doubling = random.Next(3) * 0.1 * random.NextDouble();
        slowest = TimeSpan.FromMilliseconds(1 << random.Next(13));
        for (var i = 0; i < Traps; i++)
        {
            SetTrap(((world.Seed * Traps) + i) % FaultPoints.All.Count);
        }
    }

    /// <summary>A node that hears no wishes for a while, though it is heard and answered: a stop reaches it late. Empty for none.</summary>
    public string Deaf { get; set; } = "";

    /// <summary>Whether everything is treated well from now on.</summary>
    public bool IsHealed { get; private set; }

    /// <summary>What struck where.</summary>
    public FaultTable Table { get; } = new();

    /// <summary>Kills a process, by the name of its link, as soon as it waits.</summary>
    public Action<string> Kill { get; set; } = _ => { };

    public void Heal() => IsHealed = true;

    /// <summary>A process has come to a point: what goes wrong there.</summary>
    public Fault Strike(string point)
    {
        if (IsHealed || !traps.TryGetValue(point, out var waiting))
        {
            return Fault.None;
        }

        foreach (var trap in waiting)
        {
            if (trap.Spring(world.Clock.Elapsed) is var fault and not Fault.None)
            {
                Table.Count(point, fault);
                world.Trace.Add($"{fault} at {point}");
                return fault;
            }
        }

        return Fault.None;
    }

    /// <summary>A process of a machine waits at a point; returns at once, late, with a failure or, killed, never.</summary>
    /// <exception cref="EngineException">It fails there.</exception>
    public async Task PassAsync(string point, string process, TimeProvider clock, CancellationToken cancellation)
    {
        switch (Strike(point))
        {
            case Fault.Kill:
                Kill(process);
                await new TaskCompletionSource().Task;
                break;
            case Fault.Delay:
                await Task.Delay(LongDelay(), clock, cancellation);
                break;
            case Fault.Fail:
                await Task.Delay(TimeSpan.FromMilliseconds(1), clock, cancellation);
                throw new EngineException(new ExecutionProblem("Simulation:Fault", $"the simulation lets it fail at {point}"), isRefusal: false);
        }
    }

    /// <summary>After which delays a message arrives; none loses it.</summary>
    public IReadOnlyList<TimeSpan> Route(MemoryDelivery delivery)
    {
        IReadOnlyList<TimeSpan> ways = IsHealed ? _good : IsUnheard(delivery) ? [] : Misroute(delivery);
        if (world.Trace.IsOn)
        {
            world.Trace.Add($"message {delivery.From} > {delivery.To} {delivery.Subject}{(delivery.IsAnswer ? " answer" : "")} x{ways.Count}");
        }

        return ways;
    }

    private void SetTrap(int index)
    {
        var (point, faults) = FaultPoints.All.ElementAt(index);
        if (!traps.TryGetValue(point, out var waiting))
        {
            traps[point] = waiting = [];
        }

        var from = random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(random.Next(200));
        waiting.Add(new Trap(faults[random.Next(faults.Length)], from, random.Next(1 << random.Next(4))));
    }

    private bool IsUnheard(MemoryDelivery delivery) => !delivery.IsAnswer && delivery.To == Deaf && delivery.Subject.EndsWith(".in", StringComparison.Ordinal);

    private List<TimeSpan> Misroute(MemoryDelivery delivery)
    {
        var ways = new List<TimeSpan>();
        var point = FaultPoints.Of(delivery);
        var fault = point is null ? Fault.None : Strike(point);
        if (fault == Fault.Kill)
        {
            // It dies waiting for the answer, or having answered; every other time the message still leaves.
            Kill(delivery.From);
            fault = random.Next(2) == 0 ? Fault.Lose : Fault.None;
        }
        else if (fault == Fault.None && point is not null)
        {
            fault = random.NextDouble() < loss ? Fault.Lose : random.NextDouble() < doubling ? Fault.Double : Fault.None;
            if (fault != Fault.None)
            {
                Table.Count(point, fault);
            }
        }

        for (var i = fault switch { Fault.Lose => 0, Fault.Double => 2, _ => 1 }; i > 0; i--)
        {
            ways.Add(fault == Fault.Delay ? LongDelay() : Delay());
        }

        return ways;
    }

    private TimeSpan LongDelay() => TimeSpan.FromSeconds(0.5 + (random.NextDouble() * (1 << random.Next(6))));

    /// <summary>Mostly quick, sometimes slow; never zero, as nothing arrives on the sender's own stack.</summary>
    private TimeSpan Delay() => TimeSpan.FromMilliseconds(1 + random.Next(5)) + (random.Next(8) == 0 ? slowest * random.NextDouble() : TimeSpan.Zero);
}
