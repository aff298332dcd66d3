using System.Globalization;
using System.Text;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Writes <c>docs/scenarios.md</c>: each scenario with the reference's timeline and ours beside it.</summary>
internal static class ScenarioDocument
{
    private const string Head = """
        # Recorded scenarios, there and here

        Bacalhau 1.9.3 was recorded in COUNT scenarios, from a plain job to kills and freezes. The same scenarios are played here, and this page puts both timelines
        beside each other. It is generated from `tests/Simulation/Scenarios` (`BACALHAU_UPDATE_DOCS=1 dotnet run --project tests/Simulation -- -class '*ScenarioTests'`);
        what it says of our side is asserted there.

        Times are seconds. Left: real processes and containers, whose start took 0.3 to 30 s there. Right: our orchestrator and nodes on virtual time, with
        programs that start at once; all timers are the defaults. **Bold** is what the test did. `job[1]` is partition 1; "ends with 137" was killed, 143 ended at the
        first request.

        What real processes do under faults of all kinds, several at once, is [at the end](#chaos).

        | Scenario | There | Here |
        | --- | --- | --- |

        """;

    public static string Write(IEnumerable<(Scenario Scenario, IReadOnlyList<TimelineEntry> Ours)> played)
    {
        var all = played.ToList();
        var text = new StringBuilder(Head.Replace("COUNT", all.Count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        foreach (var (scenario, _) in all)
        {
            text.Append(CultureInfo.InvariantCulture, $"| [{scenario.Number} {scenario.Title}](#s{scenario.Number}) | {scenario.There} | {scenario.Here} |\n");
        }

        foreach (var (scenario, ours) in all)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## <a id=\"s{scenario.Number}\"></a>{scenario.Number} {scenario.Title}\n\nThere: {scenario.There}.\\\nHere: {scenario.Here}.\n");
            if (ours.Count > 0)
            {
                text.Append("\n| s | there | s | here |\n| ---: | --- | ---: | --- |\n");
                WriteRows(text, Segments(scenario.Recorded), Segments(ours));
            }
        }

        return text.Append(WriteProcesses()).Append(WriteChaos()).ToString();
    }

    /// <summary>What was measured once with real processes; the test that does it prints these rows.</summary>
    private static string WriteProcesses() => """

        ## Scenarios 11 to 14 with real processes

        `EndToEnd/RecordedOutageTests` plays these with real processes, message server and containers: `kill -9`, TERM, STOP and CONT. In CI all timers are a tenth of
        the defaults; the times below were measured once with the defaults (`BACALHAU_TEST_UNSCALED=1`): 11a, 11d and the drain on a quiet machine, the
        others on a busy one whose nodes took several seconds to start.

        | Scenario | What | s |
        | --- | --- | ---: |

        """ + RowsOf("processes.txt");

    /// <summary>Runs of <c>scripts/chaos.sh</c>, which prints these rows.</summary>
    private static string WriteChaos() => """

        ## <a id="chaos"></a>Chaos: all job types and all faults at once, with real processes

        What `scripts/chaos.sh` does, checks and has found is in [chaos.md](chaos.md). These are its runs, on a machine of two cores that built and tested beside most of
        them. Rollouts of the first three waited ten seconds for each replica to prove itself, as by default; later ones wait one, as all other times are short, too.

        | Seed | Length | Rounds | Faults | Jobs | Programs started | Median healing | Longest healing | End |
        | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |

        """ + RowsOf("chaos.txt");

    private static string RowsOf(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Scenarios", "Recorded", file));

    /// <summary>A step begins a segment, so that what followed the same step stands side by side.</summary>
    private static List<List<TimelineEntry>> Segments(IReadOnlyList<TimelineEntry> entries)
    {
        var segments = new List<List<TimelineEntry>> { new() };
        foreach (var entry in entries)
        {
            if (entry.IsStep)
            {
                segments.Add([]);
            }

            segments[^1].Add(entry);
        }

        return segments;
    }

    private static void WriteRows(StringBuilder text, List<List<TimelineEntry>> left, List<List<TimelineEntry>> right)
    {
        while (left.Count > 0 || right.Count > 0)
        {
            var isOnlyLeft = right.Count == 0 || (left.Count > 0 && !right.Exists(segment => AreSame(segment, left[0])));
            var isOnlyRight = !isOnlyLeft && (left.Count == 0 || !AreSame(left[0], right[0]));
            WriteSegment(text, isOnlyRight ? [] : Take(left), isOnlyLeft ? [] : Take(right));
        }
    }

    private static List<TimelineEntry> Take(List<List<TimelineEntry>> segments)
    {
        var first = segments[0];
        segments.RemoveAt(0);
        return first;
    }

    /// <summary>Whether two segments follow the same step; which of equal nodes a step struck is chance.</summary>
    private static bool AreSame(List<TimelineEntry> a, List<TimelineEntry> b) => StepOf(a) == StepOf(b);

    private static string StepOf(List<TimelineEntry> segment) =>
        segment is [{ IsStep: true } step, ..] ? step.Text.Replace("node-b", "node-a", StringComparison.Ordinal) : "";

    private static void WriteSegment(StringBuilder text, List<TimelineEntry> there, List<TimelineEntry> here)
    {
        for (var row = 0; row < Math.Max(there.Count, here.Count); row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Cells(there.ElementAtOrDefault(row))} | {Cells(here.ElementAtOrDefault(row))} |\n");
        }
    }

    private static string Cells(TimelineEntry? entry) => entry is null
        ? " | "
        : string.Create(CultureInfo.InvariantCulture, $"{entry.At:0.0} | {(entry.IsStep ? $"**{entry.Text}**" : entry.Text)}");
}
