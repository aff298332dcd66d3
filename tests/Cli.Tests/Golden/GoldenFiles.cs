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
        ["tmpl.yaml"] = Hello.Replace("Name: hello", "Name: tmpl-{{.who}}", StringComparison.Ordinal).Replace("echo hello", "echo {{.greet}} {{.who}}", StringComparison.Ordinal),
        ["warn1.yaml"] = Hello + "\nMeta: {bacalhau.org/x: y}\n",
        ["warn.yaml"] = Hello.Replace("Name: hello", "Name: warn\nMeta: {bacalhau.org/x: y}", StringComparison.Ordinal)
            + "\n  - Name: second\n    Engine: {Type: docker, Params: {Image: busybox:1.35-local}}\n",
        ["dry.yaml"] = Hello + "\nID: \"\"\nState: {StateType: Undefined}\nVersion: 0\nRevision: 0\nCreateTime: 0\nModifyTime: 0\n",
    };

    /// <summary>Whether a recorded command has no server in its environment.</summary>
    public static bool IsConfiguration(GoldenCase recorded) =>
        recorded.Environment.Values.Any(value => value.StartsWith("/dir/of/configs", StringComparison.Ordinal) || value.StartsWith("/dir/of/profiles", StringComparison.Ordinal))
        || recorded.Name.StartsWith("config-", StringComparison.Ordinal) || recorded.Name.StartsWith("profile/", StringComparison.Ordinal);

    /// <summary>Makes the files.</summary>
    /// <param name="root">Where.</param>
    /// <param name="recorded">The case.</param>
    /// <param name="hasServer">Whether jobs are to run: as modules instead of containers, and under a name of their own.</param>
    /// <returns>The folder in which the command ran.</returns>
    public static string Prepare(string root, GoldenCase recorded, bool hasServer)
    {
        var isConfiguration = IsConfiguration(recorded);
        var folder = Directory.CreateDirectory(Path.Combine(root, isConfiguration ? "configs" : "jobs")).FullName;
        foreach (var (name, text) in isConfiguration ? _configs : _jobs)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        foreach (var (name, text) in hasServer ? GoldenServer.JobFiles(recorded.Name) : [])
            File.WriteAllText(Path.Combine(folder, name), text);
        if (recorded.Name == "config-precedence/dotenv")
            File.WriteAllText(Path.Combine(folder, ".env"), "BACALHAU_API_HOST=9.9.9.9\nBACALHAU_API_PORT=4545\n");
        GoldenProfiles.Prepare(Path.Combine(root, "profiles/p/profiles"), recorded.Name);
        WriteModule(Path.Combine(folder, "hello.wasm"), "AGFzbQEAAAABDAJgBH9/f38Bf2AAAAIjARZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCGZkX3dyaXRlAAADAgEBBQMBAAEHEwIGbWVtb3J5AgAGX3N0YXJ0AAEKHQEbAEEAQRA2AgBBBEEGNgIAQQFBAEEBQQgQABoLCwwBAEEQCwZoZWxsbwo=", 0);
        WriteModule(Path.Combine(folder, "big.wasm"), "AGFzbQEAAAA=", 4000);
        return folder;
    }

    private static void WriteModule(string path, string base64, int more) =>
        File.WriteAllBytes(path, [.. Convert.FromBase64String(base64), .. new byte[more]]);
}
