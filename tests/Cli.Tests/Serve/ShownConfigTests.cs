using System.Text.Json;
using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Serve;
using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Serve;

public sealed class ShownConfigTests
{
    [Fact]
    public void Secrets_are_masked_in_whatever_case_they_are_written()
    {
        var user = new MapValue(MapValue.Empty.Entries.Add("apikey", ConfigValue.Of("secret-1")).Add("PASSWORD", ConfigValue.Of("secret-2")));
        var settings = ConfigSettings.Defaults
            .With(ConfigCatalog.Find("Orchestrator.Auth.Token")!, ConfigValue.Of("secret-3"))
            .With(ConfigCatalog.Find("Compute.Auth.Token")!, ConfigValue.Of("secret-4"))
            .With(ConfigCatalog.Find("Orchestrator.State.ConnectionString")!, ConfigValue.Of("secret-5"))
            .With(ConfigCatalog.Find("API.Auth.Users")!, new ListValue([user]));

        Assert.DoesNotContain("secret", NodeDescription.ConfigOf(settings).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_secret_is_left_out_and_TLS_says_whether_it_is_insecure()
    {
        var shown = NodeDescription.ConfigOf(ConfigSettings.Defaults);

        Assert.DoesNotContain("****", shown.GetRawText(), StringComparison.Ordinal);
        Assert.False(shown.GetProperty("API").GetProperty("TLS").GetProperty("Insecure").GetBoolean());
    }

    /// <summary>The recorded configuration, given to ours as a file, comes out as it went in, whatever else ours shows.</summary>
    [Theory]
    [InlineData("agent", "config")]
    [InlineData("nodes", "compute-agent-config")]
    [InlineData("nodes", "orchestrator-only-config")]
    public void The_recorded_keys_are_shown_with_the_recorded_names_and_types(string group, string name)
    {
        using var cli = new CliRun();
        var recordings = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "Http", group + ".json"))
            .Replace("<data-dir>", cli.PathOf("data"), StringComparison.Ordinal)
            .Replace("Port\":0", "Port\":1", StringComparison.Ordinal);
        var recorded = JsonElement.Parse(recordings).GetProperty(name).GetProperty("response").GetProperty("body").GetProperty("config");
        File.WriteAllText(cli.PathOf("recorded.yaml"), recorded.GetRawText());

        var settings = new ConfigLoader(cli.Host(TextWriter.Null, TextWriter.Null)).Load(new([cli.PathOf("recorded.yaml")], [], null));

        Assert.Equal(["Engines.Types.WASM is missing"], Differences(recorded, NodeDescription.ConfigOf(settings), ""));
    }

    private static IEnumerable<string> Differences(JsonElement recorded, JsonElement shown, string path) => recorded.ValueKind == JsonValueKind.Object
        ? recorded.EnumerateObject().SelectMany(key => shown.TryGetProperty(key.Name, out var value)
            ? Differences(key.Value, value, path.Length == 0 ? key.Name : $"{path}.{key.Name}")
            : [$"{path}.{key.Name} is missing"])
        : JsonElement.DeepEquals(recorded, shown) ? [] : [$"{path} is {shown}, not {recorded}"];
}
