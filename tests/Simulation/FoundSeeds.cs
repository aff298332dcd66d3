using Bacalhau.Simulation.Cluster;

namespace Bacalhau.Simulation;

/// <summary>Seeds that have found something, by what was wrong. What a seed does changes with the simulation; the pure part has tests of its own for most.</summary>
public sealed class FoundSeeds
{
    [Theory]
    [InlineData(21, "a scheduled job with a time limit for its runs fired no more when that was over")]
    [InlineData(29, "an ops job waited for a node that had got other labels")]
    [InlineData(10, "what ran beside an execution that ended first belonged to no partition")]
    [InlineData(27, "a batch execution that completed while it was to be recalled ran once more")]
    [InlineData(44, "a daemon whose MaxConcurrency was lowered went on running everywhere")]
    [InlineData(100, "what was to replace an execution that may stay ran for ever beside it")]
    [InlineData(167, "a node that was deleted and came back had its old key after a restart of the orchestrator")]
    [InlineData(639, "a rollout stood still when an execution of the old version came back with its node")]
    [InlineData(47, "a node that died while it withdrew a result had forgotten it already")]
    [InlineData(1796796824, "a node told the stop of an execution whose program, from its life before, was still there")]
    [InlineData(203974, "a grant given to a lost execution, whose node was back and had not listed it yet, had the same replacement planned over and over")]
    [InlineData(1796816538, "after a commit that failed and had gone through, a surge was remembered as one that had become the holder")]
    [InlineData(204750, "a node was given work before it had told that its engine could not be swept")]
    [InlineData(213557, "a new version stopped all surges of the one before at once, though what they replaced had stopped")]
    [InlineData(969, "nobody was judged silent any more once a node was deleted that the orchestrator before was to delete")]
    public void Found(int seed, string what)
    {
        var result = ClusterSimulation.Run(seed);

        Assert.True(result.Violation is null, $"seed {seed}, which once found that {what}: {result.Violation}");
    }
}
