using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Serve;

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
}
