using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>Writes how a job is scheduled: the fields that the reference does not have. What was not given is left out.</summary>
internal static class PolicyWriter
{
    public static void WriteJobFields(Utf8JsonWriter writer, JobSpec spec)
    {
        WriteRetry(writer, spec.RetryPolicy);
        TaskWriter.WriteUnlessZero(writer, "MaxConcurrency", spec.MaxConcurrency);
        TaskWriter.WriteUnlessEmpty(writer, "Placement", spec.Placement);
        TaskWriter.WriteUnlessEmpty(writer, "Locality", spec.Locality);
        WriteIfGiven(writer, "LocalityWait", spec.LocalityWait);
        WriteDisconnect(writer, spec.Disconnect);
        WriteRollout(writer, spec.Rollout);
        WriteSchedule(writer, spec.Schedule);
    }

    public static void WriteHealthCheck(Utf8JsonWriter writer, HealthCheckSpec? check)
    {
        if (check is null)
        {
            return;
        }

        writer.WriteStartObject("HealthCheck");
        writer.WriteString("Type", check.Type);
        TaskWriter.WriteUnlessZero(writer, "Port", check.Port);
        TaskWriter.WriteUnlessEmpty(writer, "Path", check.Path);
        if (!check.Command.IsEmpty)
        {
            JobWriter.WriteTexts(writer, "Command", check.Command);
        }

        TaskWriter.WriteUnlessZero(writer, "Interval", check.Interval);
        TaskWriter.WriteUnlessZero(writer, "Timeout", check.Timeout);
        TaskWriter.WriteUnlessZero(writer, "Retries", check.Retries);
        writer.WriteEndObject();
    }

    private static void WriteRetry(Utf8JsonWriter writer, RetryPolicy? policy)
    {
        if (policy is null)
        {
            return;
        }

        writer.WriteStartObject("RetryPolicy");
        TaskWriter.WriteUnlessZero(writer, "MaxAttempts", policy.MaxAttempts);
        TaskWriter.WriteUnlessZero(writer, "InitialBackoff", policy.InitialBackoff);
        TaskWriter.WriteUnlessZero(writer, "MaxBackoff", policy.MaxBackoff);
        writer.WriteEndObject();
    }

    private static void WriteDisconnect(Utf8JsonWriter writer, DisconnectPolicy? policy)
    {
        if (policy is null)
        {
            return;
        }

        writer.WriteStartObject("Disconnect");
        WriteIfGiven(writer, "ReplaceAfter", policy.ReplaceAfter);
        WriteIfGiven(writer, "StopAfter", policy.StopAfter);
        writer.WriteEndObject();
    }

    private static void WriteRollout(Utf8JsonWriter writer, RolloutPolicy? policy)
    {
        if (policy is null)
        {
            return;
        }

        writer.WriteStartObject("Rollout");
        WriteIfGiven(writer, "MaxSurge", policy.MaxSurge);
        WriteIfGiven(writer, "MaxUnavailable", policy.MaxUnavailable);
        WriteIfGiven(writer, "HealthyAfter", policy.HealthyAfter);
        if (policy.AutoRollback)
        {
            writer.WriteBoolean("AutoRollback", true);
        }

        writer.WriteEndObject();
    }

    private static void WriteSchedule(Utf8JsonWriter writer, JobSchedule? schedule)
    {
        if (schedule is null)
        {
            return;
        }

        writer.WriteStartObject("Schedule");
        writer.WriteString("Cron", schedule.Cron);
        TaskWriter.WriteUnlessEmpty(writer, "TimeZone", schedule.TimeZone);
        TaskWriter.WriteUnlessEmpty(writer, "Overlap", schedule.Overlap);
        writer.WriteEndObject();
    }

    private static void WriteIfGiven(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } given)
        {
            writer.WriteNumber(name, given);
        }
    }
}
