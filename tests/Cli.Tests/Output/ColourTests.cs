using Bacalhau.Cli.Output;

namespace Bacalhau.Cli.Tests.Output;

public sealed class ColourTests
{
    [Fact]
    public void Rows_of_a_table_have_the_recorded_colours() => Assert.Equal(
        "\e[92;100m ID \e[0m\e[92;100m NAME \e[0m\n\e[97;40m 1  \e[0m\e[97;40m [b]  \e[0m\n\e[37;40m 22 \e[0m\e[37;40m a    \e[0m\n",
        TableText.Of(["Id", "Name"], [["1", "[b]"], ["22", "a"]], [0, 0], [0, 0], styled: true));

    [Fact]
    public void Colours_take_no_room() => Assert.Equal(
        " \e[1;31ma\e[0m   |  b \n bbb |  b \n".Replace("|", "", StringComparison.Ordinal),
        TableText.Of(null, [[Colour.Paint("a", "bold maroon"), " b"], ["bbb", " b"]], [0, 0], [0, 0], styled: false));
}
