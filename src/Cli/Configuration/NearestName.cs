namespace Bacalhau.Cli.Configuration;

/// <summary>Finds what someone meant who mistyped a name.</summary>
internal static class NearestName
{
    /// <summary>The candidate that needs the fewest edits, if those are few for its length.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var nearest = candidates.Select(candidate => (Name: candidate, Edits: Edits(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .OrderBy(found => found.Edits).ThenBy(found => found.Name, StringComparer.Ordinal).FirstOrDefault();
        return nearest.Name is not null && nearest.Edits <= Math.Max(2, nearest.Name.Length / 4) ? nearest.Name : null;
    }

    private static int Edits(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
                current[j] = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            previous = current;
        }
        return previous[b.Length];
    }
}
