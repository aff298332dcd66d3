using System.Diagnostics;
using System.Globalization;
using Bacalhau.Simulation.Cluster;

namespace Bacalhau.Simulation;

/// <summary>A seed is worth nothing if it does not bring the same thing twice: hash order, threads and real clocks show here.</summary>
public sealed class CanaryTests
{
    private const string FileVariable = "BACALHAU_SIMULATION_DIGESTS";
    private const int Seeds = 12;

    [Fact]
    public async Task Two_processes_see_the_same_in_every_seed()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            await File.WriteAllLinesAsync(file, Digests(), TestContext.Current.CancellationToken);
            return;
        }

        var others = Path.GetTempFileName();
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-class", typeof(CanaryTests).FullName!]) { RedirectStandardOutput = true };
        start.Environment[FileVariable] = others;
        using var other = Process.Start(start)!;
        var own = Digests();
        await other.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await other.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(own, await File.ReadAllLinesAsync(others, TestContext.Current.CancellationToken));
        File.Delete(others);
    }

    private static List<string> Digests() =>
        [.. Enumerable.Range(1, Seeds).Select(seed => string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {ClusterSimulation.Run(seed, isTraced: true).Digest}"))];
}
