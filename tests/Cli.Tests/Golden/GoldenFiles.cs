namespace Bacalhau.Cli.Tests.Golden;

/// <summary>The files that recorded commands name. Their content follows from the recorded outputs.</summary>
internal static class GoldenFiles
{
    private const string Hello = """
        Name: hello
        Type: batch
        Count: 1
        Tasks:
          - Name: main
            Engine:
              Type: docker
              Params:
                Image: busybox:1.35-local
                Parameters: [sh, -c, "echo hello; echo oops >&2"]
        """;

    /// <summary>The module that the recordings show.</summary>
    private const string RecordedModule = "AGFzbQEAAAABDAJgBH9/f38Bf2AAAAIjARZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCGZkX3dyaXRlAAADAgEBBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAEKHQEbAEEAQRA2AgBBBEEGNgIAQQFBAEEBQQgQABoLCwwBAEEQCwZoZWxsbwo=";

    private static readonly Dictionary<string, string> _configs = new()
    {
        ["a.yaml"] = "api:\n  port: 1111\n  host: 1.1.1.1\nlabels:\n  one: a\n  two: a\ncompute:\n  orchestrators: [nats://a:1]\n",
        ["b.yaml"] = "api:\n  port: 2222\nlabels:\n  three: b\n  two: b\ncompute:\n  orchestrators: [nats://b:1, nats://b:2]\n",
        ["bad.yaml"] = "a: [",
        ["empty.yaml"] = "",
        ["m.yaml"] = "api:\n  auth:\n    methods:\n      mykey:\n        type: challenge\n",
        ["old.yaml"] = "node:\n  serverapi:\n    port: 9\n",
        ["unknown.yaml"] = "api:\n  port: 3333\nunknown:\n  a: 1\n",
        ["wrong.yaml"] = "api:\n  port: many\n",
        ["x.txt"] = "x",
        ["tgt.yaml"] = "api:\n    port: 1\nunknown:\n    a: 1\nwebui:\n    enabled: true\n",
        ["def/config.yaml"] = "api:\n  port: 5555\n",
    };

    private static readonly Dictionary<string, string> _jobs = new()
    {
        ["hello.yaml"] = Hello,
        ["hello.json"] = """{"Name":"hello","Type":"batch","Count":1,"Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"busybox:1.35-local"}}}]}""",
        ["nowhere.yaml"] = Hello.Replace("docker", "vroomvroom", StringComparison.Ordinal),
        ["empty.yaml"] = "",
        ["broken.yaml"] = "Name: x\nTasks: [}",
        ["broken.json"] = "{\"Name\": ",
        ["forbidden.yaml"] = Hello + "\nID: x\nState: {StateType: Running}\nFoo: 1\n",
        ["invalid.yaml"] = "Name: x\nType: sometimes\nCount: -1\n",
        ["wrongtype.yaml"] = Hello.Replace("Count: 1", "Count: many", StringComparison.Ordinal),
        ["nested.yaml"] = Hello + "\n    Nope: 1\n",
        ["tmpl.yaml"] = Hello.Replace("Name: hello", "Name: tmpl-{{.who}}", StringComparison.Ordinal).Replace("[sh, -c, \"echo hello; echo oops >&2\"]", "[echo, \"{{.greet}} {{.who}}\"]", StringComparison.Ordinal),
        ["warn1.yaml"] = Hello + "\nMeta: {bacalhau.org/x: y}\n",
        ["warn.yaml"] = Hello.Replace("Name: hello", "Name: warn\nMeta: {bacalhau.org/x: y}", StringComparison.Ordinal)
            + "\n  - Name: second\n    Engine: {Type: docker, Params: {Image: busybox:1.35-local}}\n",
        ["dry.yaml"] = Hello + "\nID: \"\"\nState: {StateType: Undefined}\nVersion: 0\nRevision: 0\nCreateTime: 0\nModifyTime: 0\n",
    };

    /// <summary>Whether a recorded command has no server in its environment.</summary>
    public static bool IsConfiguration(GoldenCase recorded) =>
        recorded.Environment.Values.Any(value => value.StartsWith("/dir/of/configs", StringComparison.Ordinal) || value.StartsWith("/dir/of/profiles", StringComparison.Ordinal))
        || recorded.Name.StartsWith("config-", StringComparison.Ordinal) || recorded.Name.StartsWith("profile/", StringComparison.Ordinal);

    /// <summary>Whether the environment names the server: left out in recordings that are about how it is found. Those of data folders that stopped the reference
    /// get it, so that they show what comes after.</summary>
    public static bool NamesServer(GoldenCase recorded) =>
        !IsConfiguration(recorded) || recorded.Name is "first-run/data-dir-is-a-file" or "first-run/repo-version-3" or "first-run/repo-version-99";

    /// <summary>Makes the files.</summary>
    /// <param name="root">Where.</param>
    /// <param name="recorded">The case.</param>
    /// <param name="server">Where jobs are to run, as modules instead of containers and under names of their own; null for nowhere.</param>
    /// <returns>The folder in which the command ran.</returns>
    public static string Prepare(string root, GoldenCase recorded, GoldenServer? server)
    {
        var jobs = Write(Path.Combine(root, "jobs"), _jobs);
        var folder = IsConfiguration(recorded) ? Write(Path.Combine(root, "configs"), _configs) : jobs;
        foreach (var (name, text) in server is not null ? GoldenJobs.Files(recorded.Name) : [])
            File.WriteAllText(Path.Combine(folder, name), text);
        if (recorded.Name == "job-get/output-dir")
            Directory.CreateDirectory(Path.Combine(folder, "res"));
        if (recorded.Name == "config-precedence/dotenv")
            File.WriteAllText(Path.Combine(folder, ".env"), "BACALHAU_API_HOST=9.9.9.9\nBACALHAU_API_PORT=4545\n");
        GoldenProfiles.Prepare(Path.Combine(root, "profiles"), recorded.Name, text => server?.Here(text) ?? text);
        File.WriteAllBytes(Path.Combine(folder, "hello.wasm"), server is null ? Convert.FromBase64String(RecordedModule) : GoldenJobs.Hello.Module());
        File.WriteAllBytes(Path.Combine(folder, "noname.wasm"), GoldenJobs.Hello.Module());
        File.WriteAllBytes(Path.Combine(folder, "big.wasm"), [.. "\0asm"u8, 1, 0, 0, 0, .. new byte[4000]]);
        return folder;
    }

    private static string Write(string folder, Dictionary<string, string> files)
    {
        foreach (var (name, text) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        return folder;
    }
}
