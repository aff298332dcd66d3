using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>
/// Reads a job document as the reference does (spec: job-model.md §0): field names without case, null as not given. Unlike it, every
/// value of a wrong type is found, each with its place, and unknown fields are named.
/// </summary>
public static class JobReader
{
    /// <summary>Reads the document; never throws, whatever it holds.</summary>
    public static JobReading Read(JsonElement document)
    {
        try
        {
            return ReadDocument(document);
        }
        catch (InvalidOperationException) // A text that is no Unicode shows only when it is taken out of the element.
        {
            return JobReading.Failed(new SpecProblem(
                "", "a text in the job is not valid Unicode", @"look for a \ud800 to \udfff without its other half", SpecProblemCode.Syntax));
        }
    }

    private static JobReading ReadDocument(JsonElement document)
    {
        var findings = new ReadingFindings();
        var job = new ObjectReader(findings, document, "");
        var spec = new JobSpec
        {
            Name = job.Text("Name"),
            Namespace = job.Text("Namespace"),
            Type = job.Text("Type"),
            Priority = (int)job.Whole("Priority", int.MinValue, int.MaxValue),
            Count = job.WholeOrNull("Count", int.MinValue, int.MaxValue) is { } count ? (int)count : null,
            Constraints = job.Elements("Constraints", ReadConstraint),
            Meta = job.TextMap("Meta"),
            Labels = job.TextMap("Labels"),
            Tasks = job.Elements("Tasks", TaskReader.Read),
            RetryPolicy = job.Object("RetryPolicy", PolicyReader.ReadRetry),
            MaxConcurrency = PolicyReader.Int(job, "MaxConcurrency"),
            Placement = job.Text("Placement"),
            Locality = job.Text("Locality"),
            LocalityWait = job.WholeOrNull("LocalityWait", long.MinValue, long.MaxValue),
            Disconnect = job.Object("Disconnect", PolicyReader.ReadDisconnect),
            Rollout = job.Object("Rollout", PolicyReader.ReadRollout),
            Schedule = job.Object("Schedule", PolicyReader.ReadSchedule),
        };
        var given = ReadServerFields(job);
        job.NoteUnknown();
        return new JobReading(document.ValueKind == JsonValueKind.Object ? spec : null, given, [.. findings.Problems], [.. findings.UnknownFields]);
    }

    private static LabelRequirement ReadConstraint(ObjectReader constraint) => new()
    {
        Key = constraint.Text("Key"),
        Operator = constraint.Text("Operator"),
        Values = constraint.Texts("Values"),
    };

    /// <summary>Their types are checked as the reference does, though their values are dropped.</summary>
    private static GivenServerFields ReadServerFields(ObjectReader job)
    {
        var withValue = ImmutableArray.CreateBuilder<string>();
        void Note(string name, bool hasValue)
        {
            if (hasValue)
            {
                withValue.Add(name);
            }
        }

        var id = job.Text("ID");
        Note("State", job.Object("State", ReadStateGiven) is { Given: true });
        Note("Revision", job.Whole("Revision", 0, long.MaxValue) != 0);
        Note("Version", job.Whole("Version", 0, long.MaxValue) != 0);
        Note("CreateTime", job.Whole("CreateTime", long.MinValue, long.MaxValue) != 0);
        Note("ModifyTime", job.Whole("ModifyTime", long.MinValue, long.MaxValue) != 0);
        Note("ID", id.Length > 0);
        return new GivenServerFields
        {
            Id = id,
            WithValue = withValue.ToImmutable(),
            Written = [.. ((ReadOnlySpan<string>)["ID", "State", "Version", "Revision", "CreateTime", "ModifyTime"]).ToArray().Where(job.Has)],
        };
    }

    private static StateGiven ReadStateGiven(ObjectReader state)
    {
        var name = state.Text("StateType").Trim();
        state.Text("Message");
        state.TextMap("Details");
        return new StateGiven(Enum.GetNames<JobState>().Skip(1).Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    private sealed record StateGiven(bool Given);
}
