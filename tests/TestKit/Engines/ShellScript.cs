using System.Globalization;
using System.Text;

namespace Bacalhau.TestKit.Engines;

/// <summary>Writes a program of the conformance suite as a script for a POSIX shell with busybox's tools.</summary>
public static class ShellScript
{
    public static string Of(EngineProgram program)
    {
        var script = new StringBuilder();
        foreach (var step in program.Steps)
        {
            script.AppendLine(Line(step));
        }

        return script.ToString();
    }

    private static string Line(ProgramStep step) => step switch
    {
        ProgramStep.Out s => $"printf '%s' {Quote(s.Text)}",
        ProgramStep.Err s => $"printf '%s' {Quote(s.Text)} >&2",
        ProgramStep.Exit s => string.Create(CultureInfo.InvariantCulture, $"exit {s.Code}"),
        ProgramStep.PrintEnvironment => "env",
        ProgramStep.PrintArguments => "for argument in \"$@\"; do printf '%s\\n' \"$argument\"; done",
        ProgramStep.PrintStdin => "cat",
        ProgramStep.Read s => $"cat {Quote(s.Path)} || exit 1",
        ProgramStep.Write s => $"printf '%s' {Quote(s.Text)} > {Quote(s.Path)} || exit 1",
        ProgramStep.Wait s => string.Create(CultureInfo.InvariantCulture, $"trap 'exit 143' TERM; sleep {s.Time.TotalSeconds} & wait $!"),
        ProgramStep.Hang => "trap '' TERM; while :; do :; done",
        ProgramStep.Flood s => string.Create(CultureInfo.InvariantCulture, $"head -c {s.Bytes} /dev/zero | tr '\\0' x"),
        ProgramStep.UseMemory s => string.Create(CultureInfo.InvariantCulture, $"head -c {s.Bytes} /dev/zero | tail > /dev/null || exit 137"),
        ProgramStep.Crash => "sh -c 'kill -SEGV $$' || exit $?",
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
