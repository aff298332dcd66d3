using System.Globalization;

namespace Bacalhau.Cli.Output;

/// <summary>Says step by step how a command goes on.</summary>
internal sealed class StepLines(CliHost host, bool isQuiet)
{
    private const int NameWidth = 21;

    /// <summary>Says a line.</summary>
    public void Say(string line)
    {
        if (!isQuiet)
            host.Output.WriteLine(line);
    }

    /// <summary>Runs a step, and says how it ended and how long it took.</summary>
    public async Task<T> RunAsync<T>(string name, Func<Task<T>> step)
    {
        var start = host.Clock.GetTimestamp();
        var mark = "err  ❌ ";
        try
        {
            var result = await step();
            mark = "done ✅ ";
            return result;
        }
        finally
        {
            var seconds = host.Clock.GetElapsedTime(start).TotalSeconds;
            Say(string.Create(CultureInfo.InvariantCulture, $"\t{name.PadLeft(NameWidth)}  ................  {mark} {seconds:0.0}s"));
        }
    }
}
