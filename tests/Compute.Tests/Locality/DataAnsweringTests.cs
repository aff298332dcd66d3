using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Inline;
using Bacalhau.Compute.Inputs.Local;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Tests.Node;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Compute.Tests.Locality;

/// <summary>What a node tells of its data.</summary>
public sealed class DataAnsweringTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-data-");

    [Fact]
    public async Task Node_tells_the_bytes_of_a_file_that_it_may_give()
    {
        await using var rig = await StartAsync();

        var answer = Assert.Single((await rig.Orchestrator.AskDataAsync(Local("here.bin", asked: false))).Answers);

        Assert.Equal(("q", 3, 3, true, ""), (answer.Key, answer.Bytes, answer.TotalBytes, answer.IsWhole, answer.Lack));
    }

    [Fact]
    public async Task Node_that_is_named_says_also_what_it_lacks_and_why()
    {
        await using var rig = await StartAsync();

        var message = await rig.Orchestrator.AskDataAsync(Local("missing.bin", asked: true), Local("../secret", asked: true) with { Key = "r" });

        Assert.Contains("does not exist on this node", message.Answers[0].Lack, StringComparison.Ordinal);
        Assert.Contains("is not among the paths that this node allows", message.Answers[1].Lack, StringComparison.Ordinal);
        Assert.All(message.Answers, answer => Assert.Equal((0, false), (answer.Bytes, answer.IsWhole)));
    }

    [Fact]
    public async Task Node_that_holds_nothing_and_is_not_named_keeps_silent()
    {
        await using var rig = await StartAsync();

        // The second question is answered, the first is not.
        var message = await rig.Orchestrator.AskDataAsync(Local("missing.bin", asked: false), Local("here.bin", asked: false) with { Key = "r" });

        Assert.Equal("r", Assert.Single(message.Answers).Key);
    }

    [Fact]
    public async Task Source_that_hangs_or_fails_holds_nothing_and_others_are_answered()
    {
        await using var rig = await StartAsync();
        var asking = rig.Orchestrator.AskDataAsync(
            new DataQuestion { Key = "hangs", Source = Spec.Of("hangs"), Partitions = 1, Nodes = [NodeRig.Id.Value] },
            new DataQuestion { Key = "fails", Source = Spec.Of("fails"), Partitions = 1, Nodes = [NodeRig.Id.Value] },
            new DataQuestion { Key = "unknown", Source = Spec.Of("nobody knows"), Partitions = 1, Nodes = [NodeRig.Id.Value] },
            new DataQuestion { Key = "empty", Nodes = [NodeRig.Id.Value] },
            Local("here.bin", asked: false));
        rig.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal([("hangs", 0), ("fails", 0), ("unknown", 0), ("q", 3L)], (await asking).Answers.Select(answer => (answer.Key, answer.Bytes)));
    }

    public void Dispose() => root.Delete(recursive: true);

    private async Task<NodeRig> StartAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(root.FullName, "here.bin"), "abc");
        return await NodeRig.StartAsync(change: rig => rig.InputSources =
        [
            new LocalInputSource(AllowedPaths.Parse([$"{root.FullName}/**:ro"])),
            new InlineInputSource(),
            new OddSource("hangs", new TaskCompletionSource<DataAnswer?>().Task),
            new OddSource("fails", Task.FromException<DataAnswer?>(new InvalidOperationException("broken"))),
        ]);
    }

    private DataQuestion Local(string name, bool asked) => new()
    {
        Key = "q",
        Source = Spec.Of("local", ("SourcePath", Path.Combine(root.FullName, name))),
        Partitions = 1,
        Nodes = asked ? [NodeRig.Id.Value] : [],
    };

    private sealed class OddSource(string name, Task<DataAnswer?> held) : IInputSource
    {
        public IReadOnlyList<string> Names => [name];

        public Task<DataAnswer?> FindHeldAsync(DataQuestion question, CancellationToken cancellation) => held;

        public Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

        public Task<ExecutionProblem?> FindRefusalAsync(InputSource input, CancellationToken cancellation) => Task.FromResult<ExecutionProblem?>(null);

        public Task<Mount> PrepareAsync(InputRequest request, IProgress<ExecutionProgress> progress, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
