using System.Text.Json.Nodes;

namespace Bacalhau.Chaos;

/// <summary>Writes jobs as clients send them.</summary>
internal static class JobDocument
{
    /// <summary>The document to submit.</summary>
    /// <param name="job">The job.</param>
    /// <param name="traces">Folder of all traces.</param>
    public static JsonObject Of(ChaosJob job, string traces)
    {
        var task = new JsonObject
        {
            ["Name"] = "main",
            ["Engine"] = new JsonObject { ["Type"] = "wasm", ["Params"] = new JsonObject { ["EntryModule"] = "/program.wasm" } },
            ["FailOnNonZeroExit"] = true,
            ["Resources"] = new JsonObject { ["CPU"] = "0.1", ["Memory"] = "16MiB" },
            ["InputSources"] = new JsonArray(
                Input("/program.wasm", "inline", new JsonObject { ["URL"] = TraceProgram.UrlOf(new Behaviour(job.Ticks, job.Version, job.FailuresIn256)) }),
                Input(TraceProgram.Target, "local", new JsonObject { ["SourcePath"] = Path.Combine(traces, job.Name), ["ReadWrite"] = true })),
        };
        var document = new JsonObject
        {
            ["Name"] = job.Name,
            ["Type"] = job.Type == "scheduled" ? "batch" : job.Type,
            ["Priority"] = job.Priority,
            ["Tasks"] = new JsonArray(task),
        };
        if (job.Type is not ("ops" or "daemon"))
        {
            document["Count"] = job.Count;
        }

        if (job.Type == "scheduled")
        {
            document["Schedule"] = new JsonObject { ["Cron"] = "* * * * *" };
        }

        if (job.Ticks is not null)
        {
            // A full disk of a node is an attempt; there are never so many of them.
            document["RetryPolicy"] = new JsonObject { ["MaxAttempts"] = job.FailuresIn256 == 256 ? 2 : 40, ["InitialBackoff"] = 1, ["MaxBackoff"] = 2 };
        }
        else
        {
            // As short as the other times here: by default, five daemons take most of a minute to be replaced one after the other.
            document["Rollout"] = new JsonObject { ["HealthyAfter"] = 1 };
            document["RetryPolicy"] = new JsonObject { ["InitialBackoff"] = 1, ["MaxBackoff"] = 2 };
        }

        return document;
    }

    private static JsonObject Input(string target, string type, JsonObject parameters) => new JsonObject
    {
        ["Target"] = target,
        ["Source"] = new JsonObject { ["Type"] = type, ["Params"] = parameters },
    };
}
