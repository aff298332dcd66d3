using System.Globalization;
using System.Text.Json;

namespace Bacalhau.Simulation.Cluster;

/// <summary>A job as a simulated client thinks of it.</summary>
internal sealed record JobPlan
{
    /// <summary>Label by which a check knows whether the job's program can come to rest: <c>sound</c> or <c>broken</c>.</summary>
    public const string ProgramLabel = "program";

    public required string Name { get; init; }

    public required string Type { get; init; }

    public string Namespace { get; init; } = "default";

    public int Count { get; init; } = 1;

    public int Priority { get; init; }

    public int MaxConcurrency { get; init; }

    public int MaxAttempts { get; init; }

    public int CpuMillis { get; init; } = 10;

    public string Zone { get; init; } = "";

    /// <summary>Engine parameters of its program.</summary>
    public string Program { get; init; } = "";

    /// <summary>Whether its program works.</summary>
    public bool IsSound { get; init; } = true;

    public string HealthCheck { get; init; } = "";

    public string Rollout { get; init; } = "";

    public string Timeouts { get; init; } = "";

    public bool Publishes { get; init; }

    /// <summary>Cron line and overlap; empty for a job that runs at once.</summary>
    public string Schedule { get; init; } = "";

    /// <summary>Number of the data that it reads; null for none.</summary>
    public int? Data { get; init; }

    /// <summary>Whether its partitions divide the data among them.</summary>
    public bool DividesData { get; init; }

    public string Locality { get; init; } = "";

    public bool IsLongRunning => Type is "service" or "daemon";

    public JsonElement ToDocument()
    {
        var count = Type is "batch" or "service" ? string.Create(CultureInfo.InvariantCulture, $"\"Count\":{Count},") : "";
        var constraints = Zone.Length > 0 ? $$"""
            "Constraints":[{"Key":"zone","Operator":"=","Values":["{{Zone}}"]}],
            """ : "";
        return JsonElement.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            {"Name":"{{Name}}","Type":"{{Type}}","Namespace":"{{Namespace}}",{{count}}"Priority":{{Priority}},"MaxConcurrency":{{MaxConcurrency}},{{constraints}}{{(Locality.Length > 0 ? $"\"Locality\":\"{Locality}\"," : "")}}
             "Labels":{"{{ProgramLabel}}":"{{(IsSound ? "sound" : "broken")}}"},"RetryPolicy":{"MaxAttempts":{{MaxAttempts}}},{{Optional("Rollout", Rollout)}}{{Optional("Schedule", Schedule)}}
             "Tasks":[{"Name":"main",{{Optional("HealthCheck", HealthCheck)}}{{Optional("Timeouts", Locality == "require" ? "\"TotalTimeout\":240" : Timeouts)}}{{(Publishes ? "\"Publisher\":{\"Type\":\"fake\"}," : "")}}{{(Data is { } data ? $"\"InputSources\":[{SimulatedInputs.Json(data, DividesData)}]," : "")}}
               "Engine":{"Type":"fake","Params":{ {{Program}} } },"Resources":{"CPU":"{{CpuMillis}}m","Memory":"{{(CpuMillis < 100 ? 10 : 100)}}mb"} }]}
            """));
    }

    private static string Optional(string key, string fields) => fields.Length > 0 ? $"\"{key}\":{{{fields}}}," : "";
}
