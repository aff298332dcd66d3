using Bacalhau.Protocol.Processes;
using Bacalhau.TestKit.Processes;

namespace Bacalhau.Compute.Tests.Processes;

public sealed class SupervisedProcessTests
{
    private readonly LineLog lines = new();

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -9 $$", 137)]
    public async Task Exit_code_is_the_programs_own(string script, int code)
    {
        await using var process = Start(script);

        Assert.Equal(code, await process.Exited.WaitAsync(LineLog.Patience));
    }

    [Fact]
    public async Task Lines_of_both_streams_arrive()
    {
        await using var process = Start("echo one; echo two >&2");

        await process.Exited.WaitAsync(LineLog.Patience);

        Assert.Equal(["one", "two"], lines.All.Order());
    }

    [Fact]
    public async Task Program_that_cannot_be_started_ends_with_127_and_words()
    {
        await using var process = SupervisedProcess.Start(WorkerBinary.Path, new SupervisedProgram { Path = "/nowhere/program", Line = lines.Add });

        Assert.Equal(127, await process.Exited.WaitAsync(LineLog.Patience));
        Assert.Contains("/nowhere/program", Assert.Single(lines.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_gives_TERM()
    {
        await using var process = Start("trap 'echo asked; exit 9' TERM; echo up; while :; do sleep 0.05; done");
        await lines.WaitForAsync("up");

        Assert.Equal(9, await process.StopAsync().WaitAsync(LineLog.Patience));
        Assert.Contains("asked", lines.All);
    }

    [Fact]
    public async Task What_was_disposed_of_may_be_so_again_and_be_reloaded()
    {
        var process = Start("exit 3");
        await process.Exited.WaitAsync(LineLog.Patience);
        await process.DisposeAsync();

        process.Reload();
        await process.DisposeAsync();
        Assert.Equal(3, await process.Exited);
    }

    [Fact]
    public async Task Program_that_ignores_TERM_is_killed_after_its_grace()
    {
        await using var process = Start("trap '' TERM; echo up; while :; do sleep 0.05; done", TimeSpan.FromMilliseconds(100));
        await lines.WaitForAsync("up");

        Assert.Equal(137, await process.StopAsync().WaitAsync(LineLog.Patience));
    }

    [Fact]
    public async Task Reloading_gives_HUP()
    {
        await using var process = Start("trap 'echo again' HUP; echo up; while :; do sleep 0.05; done");
        await lines.WaitForAsync("up");

        process.Reload();

        await lines.WaitForAsync("again");
    }

    [Fact]
    public async Task Standard_input_of_the_program_is_empty()
    {
        await using var process = Start("wc -c");

        await process.Exited.WaitAsync(LineLog.Patience);

        Assert.Equal("0", Assert.Single(lines.All).Trim());
    }

    private SupervisedProcess Start(string script, TimeSpan? grace = null) =>
        SupervisedProcess.Start(WorkerBinary.Path, new SupervisedProgram
        {
            Path = "sh",
            Arguments = ["-c", script],
            Grace = grace ?? TimeSpan.FromSeconds(20),
            Line = lines.Add,
        });
}
