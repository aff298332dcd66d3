using Bacalhau.Compute.Node;
using Bacalhau.Core.Resources;

namespace Bacalhau.Compute.Tests.Node;

public sealed class NodeCapacityTests
{
    private static readonly ResourceAmount _machine = new(4000, 8_000_000_000, 100_000_000_000, 1);

    [Fact]
    public void Shares_are_of_the_machine() =>
        Assert.Equal(new ResourceAmount(3200, 6_400_000_000, 80_000_000_000, 1), new NodeCapacity("80%", "80%", "80%", "100%").Of(_machine));

    [Fact]
    public void Amounts_are_taken_as_they_are() =>
        Assert.Equal(new ResourceAmount(1500, 1_000_000_000, 5_000_000_000, 1), new NodeCapacity("1.5", "1Gb", "5Gb", "1").Of(_machine));

    [Fact]
    public void Nothing_given_is_the_whole_machine() => Assert.Equal(_machine, new NodeCapacity("", "", "", "").Of(_machine));

    [Fact]
    public void Half_of_one_device_is_one_device() => Assert.Equal(1, new NodeCapacity("", "", "", "50%").Of(_machine).Gpus);

    [Fact]
    public void No_more_devices_are_given_than_there_are() => Assert.Equal(1, new NodeCapacity("", "", "", "4").Of(_machine).Gpus);

    [Theory]
    [InlineData("much")]
    [InlineData("120%")]
    public void What_cannot_be_read_is_named(string text)
    {
        var problem = Assert.Throws<FormatException>(() => new NodeCapacity(text, "", "", "").Of(_machine));
        Assert.Contains($"Compute.AllocatedCapacity.CPU '{text}'", problem.Message);
    }
}
