using Bacalhau.Benchmarks.Locality;

namespace Bacalhau.Benchmarks;

/// <summary>
/// A trace of jobs over datasets, in virtual time, with the real planner: 500 nodes, 1,000 datasets of skewed popularity with 1 to 3 holders each, 10,000 jobs at 70 % of
/// the nodes' capacity. Once as jobs usually are, and once with locality ignored; and what a question to 5,000 nodes costs.
/// </summary>
internal static class LocalityBenchmark
{
    private const int Nodes = 500;
    private const int Datasets = 1000;
    private const int Jobs = 10_000;
    private const double Load = 0.7;

    public static Task RunAsync(Report report)
    {
        var trace = JobTrace.Make(Nodes, Datasets, Jobs, Load);
        var (usual, ignoring) = (new TracedCluster(trace, countsData: true).Run(), new TracedCluster(trace, countsData: false).Run());
        report.Add("locality: bytes read where they lie", 100 * usual.LocalShare, "%", "at least 95");
        report.Add("locality: the same, locality ignored", 100 * ignoring.LocalShare, "%");
        report.Add("locality: mean time until a job's program starts", usual.MeanDelay, "s");
        report.Add("locality: the same, locality ignored", ignoring.MeanDelay, "s");
        report.Add("locality: that delay against locality ignored", usual.MeanDelay / ignoring.MeanDelay, "times", "at most 1.05");
        report.Add("locality: mean time in the queue", usual.MeanWait, "s");
        report.Add("locality: the same, locality ignored", ignoring.MeanWait, "s");
        report.Add("locality: time of a planning pass", usual.PassMillis, "ms");
        foreach (var holders in new[] { 3, 500, 5000 })
        {
            report.Add($"locality: a question to 5,000 nodes, {holders} hold it, taken in and ranked", QuestionScale.Measure(5000, holders), "ms", "at most 300");
        }

        return Task.CompletedTask;
    }
}
