using Bacalhau.TestKit.Links;

namespace Bacalhau.Simulation.Cluster;

/// <summary>How badly messages are treated: by seed, until everything is healed.</summary>
internal sealed class FaultPlan
{
    private static readonly TimeSpan[] _good = [TimeSpan.FromMilliseconds(1)];

    private readonly SimulationWorld world;
    private readonly Random random;
    private readonly double loss;
    private readonly double doubling;
    private readonly TimeSpan slowest;

    public FaultPlan(SimulationWorld world, Random random)
    {
        (this.world, this.random) = (world, random);
        loss = random.Next(3) * 0.05 * random.NextDouble();
        doubling = random.Next(3) * 0.1 * random.NextDouble();
        slowest = TimeSpan.FromMilliseconds(1 << random.Next(13));
        CrashesAtCommit = random.Next(2) == 0;
    }

    /// <summary>Whether kills of the orchestrator may strike inside a commit.</summary>
    public bool CrashesAtCommit { get; }

    /// <summary>A node that hears no wishes for a while, though it is heard and answered: a stop reaches it late. Empty for none.</summary>
    public string Deaf { get; set; } = "";

    /// <summary>Whether messages are treated well from now on.</summary>
    public bool IsHealed { get; private set; }

    public void Heal() => IsHealed = true;

    /// <summary>After which delays a message arrives; none loses it.</summary>
    public IReadOnlyList<TimeSpan> Route(MemoryDelivery delivery)
    {
        IReadOnlyList<TimeSpan> ways = IsHealed ? _good : IsUnheard(delivery) ? [] : Misroute();
        world.Trace.Add($"message {delivery.From} > {delivery.To} {delivery.Subject}{(delivery.IsAnswer ? " answer" : "")} x{ways.Count}");
        return ways;
    }

    private bool IsUnheard(MemoryDelivery delivery) => !delivery.IsAnswer && delivery.To == Deaf && delivery.Subject.EndsWith(".in", StringComparison.Ordinal);

    private List<TimeSpan> Misroute()
    {
        var ways = new List<TimeSpan>();
        if (random.NextDouble() >= loss)
        {
            ways.Add(Delay());
        }

        if (random.NextDouble() < doubling)
        {
            ways.Add(Delay());
        }

        return ways;
    }

    /// <summary>Mostly quick, sometimes slow; never zero, as nothing arrives on the sender's own stack.</summary>
    private TimeSpan Delay() => TimeSpan.FromMilliseconds(1 + random.Next(5)) + (random.Next(8) == 0 ? slowest * random.NextDouble() : TimeSpan.Zero);
}
