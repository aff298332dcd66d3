using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Configuration;

public sealed class ConfigurationTests
{
    [Fact]
    public void Defaults_are_a_usable_configuration()
    {
        var (config, problems) = NodeConfigReader.Read(ConfigSettings.Defaults with { Given = ConfigSettings.Defaults.Given.Add("DataDir", ConfigValue.Of("/d")) });

        Assert.Empty(problems);
        Assert.Equal(1234, config.Api.Port);
        Assert.Equal(TimeSpan.FromSeconds(30), config.Orchestrator.NodeManager.DisconnectTimeout);
        Assert.Equal(["nats://127.0.0.1:4222"], config.Compute.Orchestrators);
        Assert.Equal(20_000_000_000, config.Compute.Cache.SizeBytes);
        Assert.Equal(10_000_000_000, config.Compute.MostResultBytes);
    }

    [Fact]
    public async Task All_bad_values_are_named_at_once()
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.PathOf("bad.yaml"), "API: {Port: many}\nCompute:\n  Heartbeat: {Interval: soon}\n  OnStop: maybe\n  Orchestrators: [':::']\n");

        var result = await cli.RunAsync("-c", "bad.yaml", "agent", "alive");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'API.Port' cannot read 'many' as a whole number", result.Error, StringComparison.Ordinal);
        Assert.Contains("'Compute.Heartbeat.Interval' cannot read 'soon' as a duration", result.Error, StringComparison.Ordinal);
        Assert.Contains("'Compute.OnStop' does not know 'maybe'", result.Error, StringComparison.Ordinal);
        Assert.Contains("'Compute.Orchestrators' cannot read ':::' as an address", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_key_is_a_warning_with_the_nearest_name()
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.PathOf("typo.yaml"), "API:\n  Prot: 3\n");

        var result = await cli.RunAsync("-c", "typo.yaml", "config", "list");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("did you mean 'API.Port'?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quotas_are_read_by_namespace()
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.PathOf("q.yaml"), "Orchestrator: {Quotas: {team: {Jobs: 5, CPU: 500m, Memory: 1GiB, Share: 2.5}}}\n");
        var host = cli.Host(TextWriter.Null, TextWriter.Null);

        var settings = new ConfigLoader(host).Load(new([cli.PathOf("q.yaml")], [], null));

        Assert.Equal(new QuotaConfig(5, null, 500, 1L << 30, null, null, 2.5), NodeConfigReader.Read(settings).Config.Orchestrator.Quotas["team"]);
    }

    [Fact]
    public void Secrets_do_not_show_in_a_users_text() =>
        Assert.DoesNotContain("secret", new ApiUserConfig("me", "me", "secret-password", "secret-key", []).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("1h30m", "1h30m0s")]
    [InlineData("100ms", "100ms")]
    [InlineData("1.5s", "1.5s")]
    [InlineData("24h", "24h0m0s")]
    [InlineData("0", "0s")]
    [InlineData("-1m", "-1m0s")]
    public void Durations_have_a_normal_form(string text, string normal)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(normal, GoDuration.Format(duration));
    }

    [Theory]
    [InlineData("512Mb", 512_000_000)]
    [InlineData("1GiB", 1L << 30)]
    [InlineData("1.5k", 1500)]
    [InlineData("7", 7)]
    public void Sizes_have_decimal_and_binary_units(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var read));
        Assert.Equal(bytes, read);
    }
}
