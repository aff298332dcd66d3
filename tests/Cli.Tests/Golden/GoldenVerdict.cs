using System.Text.RegularExpressions;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>Compares a run with its recording under the rule for that case.</summary>
internal static partial class GoldenVerdict
{
    /// <summary>What is wrong; null if nothing is.</summary>
    public static string? Of(GoldenCase recorded, GoldenResult result, string rule)
    {
        var told = $"\n--- recorded (exit {recorded.ExitCode})\n{recorded.Output}--- errors\n{recorded.Error}\n--- now (exit {result.ExitCode})\n{result.Output}--- errors\n{result.Error}";
        return rule switch
        {
            GoldenTable.Accepted => result.ExitCode == 0 && recorded.ExitCode != 0 ? null : "is to be accepted where the reference refuses" + told,
            GoldenTable.Refused => result.ExitCode != 0 && recorded.ExitCode == 0 ? null : "is to be refused where the reference passes over it" + told,
            _ when result.ExitCode != recorded.ExitCode => "another exit code" + told,
            GoldenTable.Other => null,
            GoldenTable.Errors => result.Error.Contains("Error: ", StringComparison.Ordinal) ? null : "no error is said" + told,
            _ when !OutputMatches(recorded, result.Output, rule) => "another output" + told,
            GoldenTable.Words or GoldenTable.Version or GoldenTable.JobFile => result.Error.Contains("Error: ", StringComparison.Ordinal) == recorded.Error.Contains("Error: ", StringComparison.Ordinal) ? null : "an error more or less" + told,
            _ when !GoldenText.Matches(recorded.Error, result.Error) => "another error" + told,
            _ => null,
        };
    }

    private static bool OutputMatches(GoldenCase recorded, string printed, string rule)
    {
        if (rule == GoldenTable.JobFile)
            return GoldenText.Matches(WithoutEmpty(recorded.Output), WithoutEmpty(printed));
        if (rule == GoldenTable.Version)
            return GoldenText.Matches(Narrow(GoldenText.Normal(GoldenText.Shown(recorded.Output))), Narrow(GoldenText.Normal(VersionPattern().Replace(printed, "v1.9.3"))));
        return rule == GoldenTable.MoreKeys || recorded.HasOnlySomeRows ? HasRows(recorded.Output, printed) : GoldenText.Matches(recorded.Output, printed);
    }

    /// <summary>Whether every recorded row is there, in its order, but those of keys whose default is another one here.</summary>
    private static bool HasRows(string recorded, string printed)
    {
        var lines = new Queue<string>(GoldenText.Normal(printed).Split('\n'));
        foreach (var wanted in GoldenText.Normal(GoldenText.Shown(recorded)).Split('\n').Where(line => !OtherDefaultPattern().IsMatch(line)))
        {
            var isFound = false;
            while (!isFound && lines.TryDequeue(out var line))
                isFound = GoldenText.Matches(Narrow(wanted), Narrow(line));
            if (!isFound)
                return false;
        }
        return true;
    }

    private static string Narrow(string table) => BlanksPattern().Replace(table, " ");

    /// <summary>A job as YAML without the server's fields and without fields that hold nothing.</summary>
    private static string WithoutEmpty(string yaml) =>
        string.Join('\n', ArchivePattern().Replace(yaml, "application/gzip;base64,packed").Split('\n').Where(line => !ServerFieldPattern().IsMatch(line) && !EmptyPattern().IsMatch(line)));

    [GeneratedRegex(@"^((CreateTime|ModifyTime|Revision|Version|Priority): 0|State:|  StateType: Undefined)$")]
    private static partial Regex ServerFieldPattern();

    [GeneratedRegex(@": (null|""""|\[\]|\{\})$")]
    private static partial Regex EmptyPattern();

    [GeneratedRegex(@"application/gzip;base64,\S+")]
    private static partial Regex ArchivePattern();

    [GeneratedRegex(" {2,}")]
    private static partial Regex BlanksPattern();

    [GeneratedRegex(@"v1\.9\.3\+dotnet[.\w]*")]
    private static partial Regex VersionPattern();

    [GeneratedRegex("API.Auth.Methods|NodeManager.DisconnectTimeout|Compute.Heartbeat.Interval|Scheduler.WorkerCount|^ +(Disconnect|Interval|WorkerCount)|^ *\"Value\"|^ *KEY|^ API.Auth.Methods")]
    private static partial Regex OtherDefaultPattern();
}
