using System.Text.Json.Nodes;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>Job specs as clients send them.</summary>
internal static class Jobs
{
    /// <summary>Prints a line and ends.</summary>
    public const string Hello = "AGFzbQEAAAABDAJgBH9/f38Bf2AAAAIjARZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCGZkX3dyaXRlAAADAgEBBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAEKEAEOAEEBQQBBAUHAABAAGgsLJgEAQQALIAgAAAAYAAAASGVsbG8gZnJvbSBXZWJBc3NlbWJseSEK";

    /// <summary>Waits 1.5 s on the monotonic clock, prints <c>slept</c> and ends.</summary>
    public const string Sleep = "AGFzbQEAAAABDAJgBH9/f38Bf2AAAAJIAhZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxC3BvbGxfb25lb2ZmAAAWd2FzaV9zbmFwc2hvdF9wcmV2aWV3MQhmZF93cml0ZQAAAwIBAQUDAQABBxMCBm1lbW9yeQIABl9zdGFydAACCkEBPwBBEEEBNgIAQRhCgN6gywU3AwBBAEHAAEEBQfAAEAAaQcgBQYABNgIAQcwBQQY2AgBBAUHIAUEBQdABEAEaCwsNAQBBgAELBnNsZXB0Cg==";

    /// <summary>Never ends.</summary>
    public const string Spin = "AGFzbQEAAAABBAFgAAADAgEABwoBBl9zdGFydAAACgkBBwADQAwACws=";

    /// <summary>Ends with exit code 3.</summary>
    public const string Exit3 = "AGFzbQEAAAABCAJgAX8AYAAAAiQBFndhc2lfc25hcHNob3RfcHJldmlldzEJcHJvY19leGl0AAADAgEBBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAEKCAEGAEEDEAAL";

    /// <summary>A job of one WebAssembly task, its program given inline.</summary>
    public static JsonObject Wasm(string module, int count = 1) => Of(count, new JsonObject
    {
        ["Type"] = "wasm",
        ["Params"] = new JsonObject { ["EntryModule"] = "/program.wasm" },
    }).WithInput("/program.wasm", "inline", "URL", "data:application/wasm;base64," + module);

    /// <summary>A job of one container that runs a shell script.</summary>
    public static JsonObject Container(string script, int count = 1, string? image = null) => Of(count, new JsonObject
    {
        ["Type"] = "docker",
        ["Params"] = new JsonObject { ["Image"] = image ?? Binary.Image, ["Entrypoint"] = new JsonArray("sh", "-c", script) },
    });

    /// <summary>Adds an input.</summary>
    public static JsonObject WithInput(this JsonObject job, string target, string type, string parameter, string value)
    {
        var task = job.Task();
        var inputs = task["InputSources"] as JsonArray ?? [];
        task["InputSources"] = inputs;
        inputs.Add((JsonNode)new JsonObject
        {
            ["Target"] = target,
            ["Source"] = new JsonObject { ["Type"] = type, ["Params"] = new JsonObject { [parameter] = value } },
        });
        return job;
    }

    /// <summary>Adds an input of several parameters.</summary>
    public static JsonObject WithInput(this JsonObject job, string target, string type, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        job.WithInput(target, type, parameters[0].Name, parameters[0].Value);
        foreach (var (name, value) in parameters[1..])
        {
            job.Task()["InputSources"]!.AsArray()[^1]!["Source"]!["Params"]![name] = value;
        }

        return job;
    }

    /// <summary>Adds a folder of the node that the program may write into.</summary>
    public static JsonObject WithWritableInput(this JsonObject job, string target, string path)
    {
        job.WithInput(target, "local", "SourcePath", path);
        job.Task()["InputSources"]!.AsArray()[^1]!["Source"]!["Params"]!["ReadWrite"] = true;
        return job;
    }

    /// <summary>Has a publisher take a result folder.</summary>
    public static JsonObject WithResults(this JsonObject job, string path = "/outputs", string publisher = "local")
    {
        job.Task()["ResultPaths"] = new JsonArray(new JsonObject { ["Name"] = "outputs", ["Path"] = path });
        job.Task()["Publisher"] = new JsonObject { ["Type"] = publisher };
        return job;
    }

    /// <summary>Sets what each execution takes of a node.</summary>
    public static JsonObject WithResources(this JsonObject job, string cpu = "0.1", string memory = "16MiB", string gpu = "", string disk = "")
    {
        job.Task()["Resources"] = new JsonObject { ["CPU"] = cpu, ["Memory"] = memory, ["GPU"] = gpu, ["Disk"] = disk };
        return job;
    }

    /// <summary>Sets timeouts.</summary>
    /// <param name="job">The job.</param>
    /// <param name="execution">Longest run, in seconds; 0 for none.</param>
    /// <param name="queue">Longest wait for room, in seconds; 0 for none.</param>
    public static JsonObject WithTimeouts(this JsonObject job, int execution = 0, int queue = 0)
    {
        job.Task()["Timeouts"] = new JsonObject { ["ExecutionTimeout"] = execution, ["QueueTimeout"] = queue };
        return job;
    }

    private static JsonObject Of(int count, JsonObject engine) => new JsonObject
    {
        ["Name"] = "",
        ["Type"] = "batch",
        ["Count"] = count,
        ["Tasks"] = new JsonArray(new JsonObject { ["Name"] = "main", ["Engine"] = engine }),
    }.WithResources();

    private static JsonObject Task(this JsonObject job) => job["Tasks"]![0]!.AsObject();
}
