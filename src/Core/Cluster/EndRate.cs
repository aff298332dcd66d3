namespace Bacalhau.Core.Cluster;

/// <summary>How many executions a node ended lately, counted in two half windows; decides how far ahead of its capacity it is given work.</summary>
/// <param name="WindowStart">Begin of the present half window.</param>
/// <param name="Count">Ends in the present half window.</param>
/// <param name="Previous">Ends in the one before.</param>
public readonly record struct EndRate(DateTimeOffset WindowStart, int Count, int Previous)
{
    /// <summary>Most executions given to a node beyond its capacity.</summary>
    public const int MaxLookAhead = 64;

    /// <summary>Half of the time over which ends count.</summary>
    public static readonly TimeSpan HalfWindow = TimeSpan.FromMilliseconds(250);

    /// <summary>The rate with one more end.</summary>
    public EndRate Add(DateTimeOffset now)
    {
        var moved = At(now);
        return moved with { Count = moved.Count + 1 };
    }

    /// <summary>How many executions beyond its capacity a node of this rate may be given.</summary>
    public int LookAhead(DateTimeOffset now)
    {
        var moved = At(now);
        return Math.Min(MaxLookAhead, moved.Count + moved.Previous);
    }

    private EndRate At(DateTimeOffset now)
    {
        var age = now - WindowStart;
        return age < HalfWindow ? this
            : age < 2 * HalfWindow ? new EndRate(WindowStart + HalfWindow, 0, Count)
            : new EndRate(now, 0, 0);
    }
}
