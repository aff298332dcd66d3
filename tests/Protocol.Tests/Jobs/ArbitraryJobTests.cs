using System.Text;
using System.Text.Json;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Protocol.Jobs;
using FsCheck.Xunit;

namespace Bacalhau.Protocol.Tests.Jobs;

/// <summary>Documents that are made up of the words of jobs in any order.</summary>
public sealed class ArbitraryJobTests
{
    private static readonly string[] _names =
    [
        "Name", "Namespace", "Type", "Priority", "Count", "Constraints", "Meta", "Labels", "Tasks", "RetryPolicy", "ID", "State", "StateType", "Version",
        "Engine", "Publisher", "Params", "Env", "InputSources", "Source", "Alias", "Target", "ResultPaths", "Path", "Resources", "CPU", "Memory", "Disk",
        "GPU", "Network", "Domains", "Ports", "Timeouts", "TotalTimeout", "QueueTimeout", "Key", "Operator", "Values", "EntryModule", "ImportModules", "Image",
        "URL", "SourcePath", "CreateAs", "MaxAttempts", "StopGrace", "PublishOn", "A\u0000", "MaxConcurrency", "Placement", "Disconnect", "ReplaceAfter",
        "Rollout", "MaxSurge", "Schedule", "Cron", "TimeZone", "HealthCheck", "Port", "Command",
    ];

    private static readonly string[] _scalars =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "99999999999999999999", "\"\"", "\"batch\"", "\"docker\"", "\"wasm\"", "\"local\"", "\"inline\"", "\"in\"",
        "\"gt\"", "\"x y\"", "\"../..\"", "\"/a\"", "\"data:;base64,%%\"", "\"5m\"", "\"1gib\"", "\"\\u0000\"", "\"\\ud800\"", "\"Bridge\"", "\"favour_\"",
        "\"service\"", "\"ops\"", "\"@daily\"",
    ];

    [Property(MaxTest = 2000)]
    public bool Intake_finds_a_demand_or_a_problem_and_never_throws(int seed)
    {
        using var document = JsonDocument.Parse(Write(new Random(seed)));
        var reading = JobReader.Read(document.RootElement);
        if (reading.Spec is null)
        {
            return !reading.Problems.IsEmpty;
        }

        var check = JobIntake.Check(reading.Spec, reading.Given, JobDefaults.BuiltIn);
        return !check.Problems.IsEmpty || JobDemands.From(check.Spec).Count >= 0;
    }

    [Property(MaxTest = 2000)]
    public bool What_was_read_is_written_in_one_form(int seed)
    {
        using var document = JsonDocument.Parse(Write(new Random(seed)));
        if (JobReader.Read(document.RootElement).Spec is not { } spec)
        {
            return true;
        }

        var normalised = JobNormalisation.Normalise(spec);
        var written = SpecDocument.Of(normalised);
        return SpecDocument.Of(written.Read()).Digest == written.Digest
            && SpecDocument.Of(JobNormalisation.Normalise(normalised)).Digest == written.Digest;
    }

    private static string Write(Random random)
    {
        var text = new StringBuilder();
        WriteObject(text, random, 6);
        return text.ToString();
    }

    private static void WriteValue(StringBuilder text, Random random, int depth)
    {
        switch (random.Next(4))
        {
            case 0 when depth > 0:
                text.Append('[');
                for (var left = random.Next(3); left > 0; left--)
                {
                    WriteValue(text, random, depth - 1);
                    text.Append(left > 1 ? "," : "");
                }

                text.Append(']');
                break;
            case 1 or 2 when depth > 0:
                WriteObject(text, random, depth - 1);
                break;
            default:
                text.Append(_scalars[random.Next(_scalars.Length)]);
                break;
        }
    }

    /// <summary>Fields that hold lists or objects mostly do, so that some documents are read as jobs.</summary>
    private static void WriteObject(StringBuilder text, Random random, int depth)
    {
        text.Append('{');
        for (var left = random.Next(5); left > 0; left--)
        {
            var name = _names[random.Next(_names.Length)];
            text.Append(JsonEncodedText.Encode(name).ToString().Insert(0, "\"")).Append("\":");
            switch (name)
            {
                case "Tasks" or "InputSources" or "ResultPaths" or "Constraints" or "Ports" when depth > 0 && random.Next(8) > 0:
                    text.Append('[');
                    WriteObject(text, random, depth - 1);
                    text.Append(']');
                    break;
                case "Engine" or "Source" or "Publisher" or "Params" or "Resources" or "Network" or "Timeouts" or "Disconnect" or "Rollout" or "Schedule" or "HealthCheck"
                    when depth > 0 && random.Next(8) > 0:
                    WriteObject(text, random, depth - 1);
                    break;
                case "Name" or "Type" or "Target" or "Path" or "Key" or "Operator" or "CPU" or "Memory" when random.Next(8) > 0:
                    text.Append(_scalars[random.Next(7, 20)]);
                    break;
                default:
                    WriteValue(text, random, depth);
                    break;
            }

            text.Append(left > 1 ? "," : "");
        }

        text.Append('}');
    }
}
