using Bacalhau.Compute.Node;

namespace Bacalhau.Compute.Tests.Node;

public sealed class BootClockTests
{
    [Fact]
    public void Timestamps_count_the_time_since_the_machine_started()
    {
        var uptime = TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

        var seen = TimeSpan.FromSeconds(new BootClock().GetTimestamp() / 1e9);

        Assert.InRange((seen - uptime).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }
}
