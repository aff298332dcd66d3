using System.Text.Json;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>A job of a scenario: a program that runs for a while and ends.</summary>
/// <param name="Name">Its name, also in the timeline.</param>
/// <param name="Seconds">How long its program runs.</param>
internal sealed record ScenarioJob(string Name, double Seconds = 0)
{
    /// <summary>Longer than any scenario.</summary>
    private const double Forever = 1_000_000;

    public static readonly ScenarioJob Service = new("service", Forever) { Type = "service" };

    public static readonly ScenarioJob Daemon = new("daemon", Forever) { Type = "daemon", Count = null };

    public string Type { get; init; } = "batch";

    public string Namespace { get; init; } = "";

    public int? Count { get; init; } = 1;

    public int Priority { get; init; }

    public string Cpu { get; init; } = "0.1";

    public string Memory { get; init; } = "32Mb";

    public string Engine { get; init; } = "fake";

    /// <summary>Further parameters of the program, as JSON members.</summary>
    public string Program { get; init; } = "";

    /// <summary>Further fields of the job, as JSON members.</summary>
    public string Fields { get; init; } = "";

    /// <summary>Further fields of its task, as JSON members.</summary>
    public string TaskFields { get; init; } = "";

    /// <summary>Labels that its nodes must have, as <c>zone=eu</c>; empty for any node.</summary>
    public string Where { get; init; } = "";

    /// <summary>The document that is submitted.</summary>
    public JsonElement Document => JsonElement.Parse($$"""
        { "Name": "{{Name}}", "Type": "{{Type}}", "Priority": {{Priority}} {{(Count is { } count ? $", \"Count\": {count}" : "")}} {{Members(NamespaceField, Constraints, Fields)}},
          "Tasks": [{ "Name": "main", "Engine": { "Type": "{{Engine}}", "Params": { "RunForMillis": {{(long)(Seconds * 1000)}} {{Members(Program)}} } },
                      "Resources": { "CPU": "{{Cpu}}", "Memory": "{{Memory}}" } {{Members(TaskFields)}} }] }
        """);

    private string NamespaceField => Namespace.Length > 0 ? $"\"Namespace\": \"{Namespace}\"" : "";

    private string Constraints => Where.Split('=') is [var key, var value]
        ? $$"""
          "Constraints": [{ "Key": "{{key}}", "Operator": "=", "Values": ["{{value}}"] }]
          """
        : "";

    private static string Members(params ReadOnlySpan<string> members)
    {
        var text = "";
        foreach (var member in members)
        {
            text += member.Length > 0 ? ", " + member : "";
        }

        return text;
    }
}
