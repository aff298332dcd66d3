using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Protocol.Messages;
using static Bacalhau.Orchestrator.Tests.Messaging.MessagingWorld;

namespace Bacalhau.Orchestrator.Tests.Messaging;

/// <summary>What nodes are told of the results that they keep.</summary>
public sealed class KeptResultsTests
{
    [Fact]
    public async Task Executions_are_known_until_their_job_is_deleted()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var executions = await world.PlaceAsync(2);
        var ids = executions.Select(execution => execution.Id.Value).ToArray();
        Assert.Equal(["e-never"], (await node.KeptAsync([.. ids, "e-never"]))!.Unknown);

        await node.ReportAsync([.. executions.Select(execution => Report(execution, ReportKind.Completed))]);
        Assert.Empty((await node.KeptAsync(ids))!.Unknown);

        while (await world.Store.Writer.RunAsync(new DeleteJob(executions[0].Job), default))
        {
            // Piece by piece.
        }

        Assert.Equal(ids, (await node.KeptAsync(ids))!.Unknown);
    }

    [Fact]
    public async Task Outside_of_a_session_nothing_is_told_to_be_unknown()
    {
        await using var world = await StartAsync();
        var node = world.Process();

        Assert.Empty((await node.KeptAsync("e-1"))!.Unknown);
    }
}
