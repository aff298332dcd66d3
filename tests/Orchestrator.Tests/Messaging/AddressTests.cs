using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Results;
using Bacalhau.Orchestrator.Tests.Results;
using Bacalhau.Protocol.Messages;
using static Bacalhau.Orchestrator.Tests.Messaging.MessagingWorld;

namespace Bacalhau.Orchestrator.Tests.Messaging;

/// <summary>Which node gets an address in the orchestrator's bucket, and when.</summary>
public sealed class AddressTests
{
    [Fact]
    public async Task Address_to_put_a_result_is_given_while_the_execution_has_leave_to_publish()
    {
        await using var world = await StartAsync(WithBucket());
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();

        var before = await node.AddressAsync(execution.Id.Value);
        await node.GrantAsync(execution.Id.Value);
        var granted = await node.AddressAsync(execution.Id.Value);
        world.Clock.Advance(TimeSpan.FromSeconds(61));
        var after = await node.AddressAsync(execution.Id.Value);

        Assert.Equal(($"execution {execution.Id} has no leave to publish", "", false), (before!.Reason, before.Url, before.TryLater));
        Assert.Equal($"https://managed.example.org/results/{execution.Job}/{execution.Id}.tar.gz?use=Put&seconds=300&sig=a+b", granted!.Url);
        Assert.Equal("", after!.Url);
    }

    [Fact]
    public async Task Other_nodes_get_none()
    {
        await using var world = await StartAsync(WithBucket());
        var node = await world.Process().BeginAsync();
        var other = await world.Process("boot-9", "n-2").BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        await node.GrantAsync(execution.Id.Value);

        Assert.Equal("", (await other.AddressAsync(execution.Id.Value))!.Url);
        Assert.Equal("", (await other.AddressAsync(execution.Id.Value, isWithdrawal: true))!.Url);
        Assert.Equal("", (await other.AddressAsync("e-unknown"))!.Url);
    }

    [Fact]
    public async Task Result_that_counts_or_may_still_is_not_to_be_deleted()
    {
        await using var world = await StartAsync(WithBucket());
        var node = await world.Process().BeginAsync();
        var executions = await world.PlaceAsync(2);
        var (good, bad) = (executions[0], executions[1]);

        var meanwhile = await node.AddressAsync(bad.Id.Value, isWithdrawal: true);
        await node.ReportAsync(Report(good, ReportKind.Completed), Report(bad, ReportKind.Failed));

        Assert.Equal("", meanwhile!.Url);
        Assert.Equal("", (await node.AddressAsync(good.Id.Value, isWithdrawal: true))!.Url);
        Assert.Contains("use=Delete", (await node.AddressAsync(bad.Id.Value, isWithdrawal: true))!.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_bucket_the_setting_is_named()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        await node.GrantAsync(execution.Id.Value);

        var answer = await node.AddressAsync(execution.Id.Value);

        Assert.Contains("Publishers.Types.S3Managed.Bucket", answer!.Reason, StringComparison.Ordinal);
        Assert.False(answer.TryLater);
    }

    private static MessagingOptions WithBucket() =>
        new() { Managed = new ManagedResults(new FakeSigner(), "managed", "results", "us-east-1", null, TimeSpan.FromHours(1)) };
}
