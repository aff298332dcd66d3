using System.Collections.Immutable;

namespace Bacalhau.Chaos;

/// <summary>What programs have written, by the folder of their job and their execution. Nobody is asked.</summary>
/// <param name="Texts">Texts by job and execution.</param>
internal sealed record Traces(ImmutableSortedDictionary<(string Job, string Execution), string> Texts)
{
    /// <summary>Reads all.</summary>
    public static Traces Read(string folder) => new(new DirectoryInfo(folder).EnumerateDirectories()
        .SelectMany(job => job.EnumerateFiles().Select(file => (Key: (job.Name, file.Name), file.FullName)))
        .ToImmutableSortedDictionary(file => file.Key, file => File.ReadAllText(file.FullName)));

    /// <summary>How many programs were started.</summary>
    public int Starts => Texts.Values.Sum(text => text.Count(letter => letter == '>'));

    /// <summary>The runs that have written something since.</summary>
    public IEnumerable<LiveTrace> Since(Traces earlier) =>
        from entry in Texts
        let before = earlier.Texts.GetValueOrDefault(entry.Key, "").Length
        where entry.Value.Length > before
        select new LiveTrace(entry.Key.Job, entry.Key.Execution, entry.Value, entry.Value[before..]);

    /// <summary>Whether the last run of an execution ended well.</summary>
    public bool EndedWell(string job, string execution) => Texts.GetValueOrDefault((job, execution), "").EndsWith('.');
}

/// <summary>A trace that grows.</summary>
/// <param name="Job">Name of the job.</param>
/// <param name="Execution">Execution.</param>
/// <param name="Text">All of it.</param>
/// <param name="New">What is new.</param>
internal sealed record LiveTrace(string Job, string Execution, string Text, string New)
{
    /// <summary>Version of the program that began last.</summary>
    public int Version => Text[Text.LastIndexOf('>') + 1] - '0';

    /// <summary>How many runs write side by side.</summary>
    public int Writers => New.Where(letter => letter is >= 'a' and < 'x').Distinct().Count();
}
