namespace Bacalhau.Cli.Tests.Golden;

/// <summary>The saved connections that stood when a command was recorded.</summary>
internal static class GoldenProfiles
{
    private static readonly Dictionary<string, string> _profiles = new()
    {
        ["a"] = "endpoint: http://127.0.0.1:22000\ndescription: first\ntimeout: 10s\n",
        ["b"] = "endpoint: 127.0.0.1:22000\n",
        ["broken"] = "a: [",
        ["dead"] = "endpoint: http://127.0.0.1:22090\ntimeout: 1s\n",
        ["tok"] = "endpoint: http://127.0.0.1:22000\nauth:\n    token: abcdefghijklmnop\n",
        ["y"] = "endpoint: http://h:1\n",
        ["z"] = "endpoint: '::::'\n",
    };

    /// <summary>Makes the folders of saved connections, and those of older versions.</summary>
    /// <param name="root">Where.</param>
    /// <param name="name">The case.</param>
    /// <param name="here">Changes the recorded ports to those of now.</param>
    public static void Prepare(string root, string name, Func<string, string> here)
    {
        foreach (var (old, version) in (ReadOnlySpan<(string, int)>)[("oldrepo", 3), ("newrepo", 99)])
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(root, old)).FullName, "system_metadata.yaml"), $"RepoVersion: {version}\n");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(root, "plain")).FullName, "config.yaml"), here("api:\n  host: 127.0.0.1\n  port: 22000\n"));
        File.WriteAllText(Path.Combine(root, "afile"), "");
        PrepareSaved(Path.Combine(root, "p/profiles"), name, here);
    }

    private static void PrepareSaved(string folder, string name, Func<string, string> here)
    {
        if (name is "profile/list-empty" or "profile/list-empty-json" or "profile/show-none" or "profile/save-no-endpoint" or "profile/save")
            return;
        Directory.CreateDirectory(folder);
        foreach (var profile in ProfilesOf(name))
            File.WriteAllText(Path.Combine(folder, profile + ".yaml"), here(_profiles[profile]));
        if (name == "profile/show-updated")
            File.AppendAllText(Path.Combine(folder, "a.yaml"), "tls:\n    insecure: true\n");
        if (CurrentOf(name) is { } current)
            File.CreateSymbolicLink(Path.Combine(folder, "current"), current + ".yaml");
    }

    private static string[] ProfilesOf(string name) => name switch
    {
        "profile/list-one" => ["a"],
        "profile/list-broken" or "profile/show-broken" => ["a", "b", "broken"],
        "profile/list-token" => ["a", "b", "dead", "tok", "y", "z"],
        _ when name.StartsWith("profile/list", StringComparison.Ordinal) => ["a", "b"],
        _ => ["a", "b", "dead", "tok"],
    };

    private static string? CurrentOf(string name) => name switch
    {
        "profile/list-one" => null,
        "profile/list-token" or "profile/delete-other" or "profile/delete-current-pipe" or "profile/delete-current-yes" => "a",
        "profile/delete-current-no-tty" or "profile/delete-force" => "dead",
        _ => "b",
    };
}
