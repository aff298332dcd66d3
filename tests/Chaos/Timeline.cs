using System.Globalization;

namespace Bacalhau.Chaos;

/// <summary>What was done and seen, with seconds since the beginning; all of it is printed as it happens.</summary>
/// <param name="folder">Where it is kept as <c>timeline.txt</c>.</param>
internal sealed class Timeline(string folder)
{
    private readonly Lock gate = new();
    private readonly List<string> wrongs = [];
    private readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly long began = TimeProvider.System.GetTimestamp();

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Now => TimeProvider.System.GetElapsedTime(began);

    /// <summary>How often each kind of thing was done.</summary>
    public IReadOnlyList<(string What, int Times)> Counts
    {
        get { lock (gate) { return [.. counts.Select(entry => (entry.Key, entry.Value))]; } }
    }

    /// <summary>What must never be seen, and was.</summary>
    public IReadOnlyList<string> Wrongs
    {
        get { lock (gate) { return [.. wrongs]; } }
    }

    /// <summary>Notes what must never be seen: no healing makes up for it.</summary>
    public void SayWrong(string line)
    {
        Say(line);
        lock (gate)
        {
            wrongs.Add(line);
        }
    }

    /// <summary>Notes a line.</summary>
    public void Say(string line)
    {
        lock (gate)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{Now.TotalSeconds,8:0.00}  {line}");
            Console.WriteLine(text);
            File.AppendAllText(Path.Combine(folder, "timeline.txt"), text + "\n");
        }
    }

    /// <summary>Counts one more of a kind.</summary>
    public void Count(string what)
    {
        lock (gate)
        {
            counts[what] = counts.GetValueOrDefault(what) + 1;
        }
    }
}
