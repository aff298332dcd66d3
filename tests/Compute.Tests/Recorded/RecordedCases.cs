namespace Bacalhau.Compute.Tests.Recorded;

/// <summary>The recordings in Golden, and what Golden/cases.txt says of cases that end otherwise here.</summary>
internal static class RecordedCases
{
    /// <summary>Jobs that show engines and inputs.</summary>
    public static IReadOnlyList<RecordedCase> Jobs { get; } = Read("docker-entrypoint", "docker-exit", "docker-output", "storage-inline", "storage-local");

    /// <summary>Jobs that show publishers.</summary>
    public static IReadOnlyList<RecordedCase> Publications { get; } = Read("publishers", "publishers-more");

    /// <summary>The table.</summary>
    public static IReadOnlyList<(string Kind, string Case)> Exceptions { get; } =
    [
        .. from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "cases.txt"))
           let parts = line.Split('|', StringSplitOptions.TrimEntries)
           where parts.Length >= 2 && !line.StartsWith('#')
           select (parts[0], parts[1]),
    ];

    /// <summary>Cases that were not refused at submit and have their place in the table, or that hold something and have none.</summary>
    /// <param name="cases">Of these.</param>
    /// <param name="kind">What the table calls them; null for those that it does not name.</param>
    /// <param name="holds">What they hold.</param>
    public static TheoryData<string> Of(IEnumerable<RecordedCase> cases, string? kind, Func<RecordedCase, bool> holds) => new(
        from found in cases
        where !found.WasRefusedAtSubmit && KindOf(found) == kind && holds(found)
        select found.ToString());

    private static string? KindOf(RecordedCase found) => Exceptions.FirstOrDefault(exception => exception.Case == found.ToString()).Kind;

    private static IReadOnlyList<RecordedCase> Read(params string[] files) => [.. files.SelectMany(RecordedCase.Read)];
}
