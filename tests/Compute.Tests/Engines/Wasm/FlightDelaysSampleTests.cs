using System.Globalization;
using Bacalhau.Compute.Engines;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tests.Engines.Wasm;

/// <summary>The program in samples/flight-delays, as it is checked in.</summary>
public sealed class FlightDelaysSampleTests : IDisposable
{
    private static readonly string _samples = FindSamples();

    private readonly WasmSetup setup = new();

    public void Dispose() => setup.Dispose();

    [Fact]
    public async Task Four_partitions_together_count_each_flight_once()
    {
        var alone = await CountAsync(0, 1);
        var shares = await Task.WhenAll(Enumerable.Range(0, 4).Select(index => CountAsync(index, 4)));

        Assert.All(shares, share => Assert.NotEqual(0, share.Values.Sum()));
        Assert.Equal(200_000, alone.Values.Sum());
        Assert.Equal(
            alone.OrderBy(hour => hour.Key),
            shares.SelectMany(share => share).GroupBy(hour => hour.Key, (hour, parts) => KeyValuePair.Create(hour, parts.Sum(part => part.Value))).OrderBy(hour => hour.Key));
    }

    private async Task<Dictionary<string, long>> CountAsync(int index, int count)
    {
        var task = WasmTask.Of(("Parameters", WasmTask.List("/inputs/flights.csv", "/outputs")));
        var run = setup.Run(task, await File.ReadAllBytesAsync(Path.Combine(_samples, "flight-delays", "delays.wasm")));
        var outputs = Directory.CreateDirectory(Path.Combine(run.ScratchFolder, "outputs")).FullName;
        var end = await setup.DriveAsync(run with
        {
            Inputs = run.Inputs.Add(new Mount(Path.Combine(_samples, "data", "flights.csv"), "/inputs/flights.csv", Writable: false)),
            Results = [new Mount(outputs, "/outputs", Writable: true)],
            Environment = TextMap.Empty
                .Add("BACALHAU_PARTITION_INDEX", index.ToString(CultureInfo.InvariantCulture))
                .Add("BACALHAU_PARTITION_COUNT", count.ToString(CultureInfo.InvariantCulture)),
        });
        Assert.Equal(new EngineExit(EngineOutcome.Exited, 0), end);
        var lines = await File.ReadAllLinesAsync(Path.Combine(outputs, $"hours-{index}.csv"));
        return lines.Skip(1).Select(line => line.Split(',')).ToDictionary(row => row[0], row => long.Parse(row[1], CultureInfo.InvariantCulture));
    }

    private static string FindSamples()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Bacalhau.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return Path.Combine(folder.FullName, "samples");
    }
}
