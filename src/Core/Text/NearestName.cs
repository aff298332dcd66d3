namespace Bacalhau.Core.Text;

/// <summary>Finds the name that somebody most likely meant.</summary>
public static class NearestName
{
    /// <summary>The known name with the fewest edits, when there are few enough to be a slip of the hand; null otherwise.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        string? nearest = null;
        var fewest = 1 + (name.Length / 3);
        foreach (var candidate in known)
        {
            var edits = Edits(name, candidate, fewest);
            if (edits < fewest || (edits == fewest && nearest is null))
            {
                (nearest, fewest) = (candidate, edits);
            }
        }

        return nearest;
    }

    /// <summary>Letters to insert, delete or replace to get from one text to the other, ignoring case; anything above the limit reads as one more.</summary>
    private static int Edits(string from, string to, int limit)
    {
        if (Math.Abs(from.Length - to.Length) > limit)
        {
            return limit + 1;
        }

        var previous = Enumerable.Range(0, to.Length + 1).ToArray();
        var current = new int[to.Length + 1];
        for (var row = 1; row <= from.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= to.Length; column++)
            {
                var replaced = previous[column - 1] + (char.ToLowerInvariant(from[row - 1]) == char.ToLowerInvariant(to[column - 1]) ? 0 : 1);
                current[column] = Math.Min(replaced, 1 + Math.Min(previous[column], current[column - 1]));
            }

            (previous, current) = (current, previous);
        }

        return previous[to.Length];
    }
}
