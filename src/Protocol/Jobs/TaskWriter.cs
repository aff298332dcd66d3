using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>Writes one task of a job document.</summary>
internal static class TaskWriter
{
    public static void Write(Utf8JsonWriter writer, TaskSpec task)
    {
        writer.WriteStartObject();
        writer.WriteString("Name", task.Name);
        WriteConfig(writer, "Engine", task.Engine);
        WriteConfig(writer, "Publisher", task.Publisher);
        if (!task.Env.IsEmpty)
        {
            JobWriter.WriteMap(writer, "Env", task.Env);
        }

        if (!task.Meta.IsEmpty)
        {
            JobWriter.WriteMap(writer, "Meta", task.Meta);
        }

        WriteInputs(writer, task);
        WriteResultPaths(writer, task);
        WriteResources(writer, task.Resources);
        WriteNetwork(writer, task.Network);
        WriteTimeouts(writer, task.Timeouts);
        WriteOwnFields(writer, task);
        writer.WriteEndObject();
    }

    public static void WriteUnlessZero(Utf8JsonWriter writer, string name, long value)
    {
        if (value != 0)
        {
            writer.WriteNumber(name, value);
        }
    }

    public static void WriteUnlessEmpty(Utf8JsonWriter writer, string name, string value)
    {
        if (value.Length > 0)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteConfig(Utf8JsonWriter writer, string name, SpecConfig? config)
    {
        writer.WritePropertyName(name);
        if (config is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("Type", config.Type);
        if (!config.Params.IsEmpty)
        {
            writer.WriteStartObject("Params");
            foreach (var (key, value) in config.Params.WithComparers(StringComparer.Ordinal))
            {
                writer.WritePropertyName(key);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteInputs(Utf8JsonWriter writer, TaskSpec task)
    {
        if (task.InputSources.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray("InputSources");
        foreach (var input in task.InputSources)
        {
            writer.WriteStartObject();
            WriteConfig(writer, "Source", input.Source);
            writer.WriteString("Alias", input.Alias);
            writer.WriteString("Target", input.Target);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteResultPaths(Utf8JsonWriter writer, TaskSpec task)
    {
        if (task.ResultPaths.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray("ResultPaths");
        foreach (var result in task.ResultPaths)
        {
            writer.WriteStartObject();
            writer.WriteString("Name", result.Name);
            writer.WriteString("Path", result.Path);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteResources(Utf8JsonWriter writer, ResourcesConfig? resources)
    {
        if (resources is null)
        {
            return;
        }

        writer.WriteStartObject("Resources");
        WriteUnlessEmpty(writer, "CPU", resources.CPU);
        WriteUnlessEmpty(writer, "Memory", resources.Memory);
        WriteUnlessEmpty(writer, "Disk", resources.Disk);
        WriteUnlessEmpty(writer, "GPU", resources.GPU);
        writer.WriteEndObject();
    }

    private static void WriteNetwork(Utf8JsonWriter writer, NetworkConfig? network)
    {
        if (network is null)
        {
            return;
        }

        writer.WriteStartObject("Network");
        writer.WriteString("Type", network.Type.ToString());
        if (!network.Domains.IsEmpty)
        {
            JobWriter.WriteTexts(writer, "Domains", network.Domains);
        }

        if (!network.Ports.IsEmpty)
        {
            writer.WriteStartArray("Ports");
            foreach (var port in network.Ports)
            {
                writer.WriteStartObject();
                writer.WriteString("Name", port.Name);
                WriteUnlessZero(writer, "Static", port.Static);
                WriteUnlessZero(writer, "Target", port.Target);
                WriteUnlessEmpty(writer, "HostNetwork", port.HostNetwork);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteTimeouts(Utf8JsonWriter writer, TimeoutConfig? timeouts)
    {
        if (timeouts is null)
        {
            return;
        }

        writer.WriteStartObject("Timeouts");
        WriteUnlessZero(writer, "ExecutionTimeout", timeouts.ExecutionTimeout);
        WriteUnlessZero(writer, "QueueTimeout", timeouts.QueueTimeout);
        WriteUnlessZero(writer, "TotalTimeout", timeouts.TotalTimeout);
        WriteUnlessZero(writer, "PrepareTimeout", timeouts.PrepareTimeout);
        WriteUnlessZero(writer, "PublishTimeout", timeouts.PublishTimeout);
        writer.WriteEndObject();
    }

    private static void WriteOwnFields(Utf8JsonWriter writer, TaskSpec task)
    {
        if (task.StopGrace is { } grace)
        {
            writer.WriteNumber("StopGrace", grace);
        }

        if (task.FailOnNonZeroExit is { } fails)
        {
            writer.WriteBoolean("FailOnNonZeroExit", fails);
        }

        if (task.PublishOn is { } publishOn)
        {
            writer.WriteString("PublishOn", publishOn);
        }

        PolicyWriter.WriteHealthCheck(writer, task.HealthCheck);
    }
}
