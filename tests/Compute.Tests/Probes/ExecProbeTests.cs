using System.Diagnostics;
using System.Globalization;
using System.Text;
using Bacalhau.Compute.Probes;

namespace Bacalhau.Compute.Tests.Probes;

public sealed class ExecProbeTests : IDisposable
{
    private static readonly byte[] _question = Encoding.UTF8.GetBytes("""{"Job":{"Name":"j"}}""");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bacalhau-probe-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Exit_code_0_is_yes() => Assert.True((await AskAsync("echo noise; echo noise >&2")).IsYes);

    [Fact]
    public async Task Another_exit_code_is_no_with_what_stands_on_standard_error() =>
        Assert.Equal(new ProbeAnswer(false, "not on Sundays"), await AskAsync("echo out; echo not on Sundays >&2; exit 3"));

    [Fact]
    public async Task Question_comes_both_ways_and_nothing_else_of_the_environment_does_but_PATH()
    {
        var answer = await AskAsync("""cat >&2; echo "|$BACALHAU_JOB_SELECTION_PROBE_DATA|$PATH|${HOME-none}|" >&2; exit 1""");

        Assert.Equal($"{Text}|{Text}|{Path}|none|", answer.Reason);
    }

    [Fact]
    public async Task Question_that_is_too_long_for_a_variable_comes_on_standard_input()
    {
        var long_ = Encoding.UTF8.GetBytes(new string('x', 300_000));

        var answer = await new ExecProbe("""wc -c >&2; echo "${BACALHAU_JOB_SELECTION_PROBE_DATA-none}" >&2; exit 1""", Path).AskAsync(long_, default);

        Assert.Equal("300000\nnone", answer.Reason);
    }

    [Fact]
    public async Task Long_reason_is_cut() => Assert.Equal(ProbeAnswer.LongestReason + 1, (await AskAsync("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1")).Reason.Length);

    [Fact]
    public async Task Probe_that_is_given_up_is_killed_with_all_that_it_started()
    {
        using var patience = new CancellationTokenSource();
        var pids = System.IO.Path.Combine(folder.FullName, "pids");
        var asking = AskAsync($"sleep 600 & echo $! >{pids}.new; mv {pids}.new {pids}; trap '' TERM; sleep 600", patience.Token);
        while (!File.Exists(pids))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        patience.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(10)));

        // Killed it is, but a busy machine may take a moment to end it.
        var started = int.Parse(File.ReadAllText(pids), CultureInfo.InvariantCulture);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Runs(started))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }

    [Fact]
    public async Task Probe_that_is_given_up_while_it_starts_is_killed_too()
    {
        // Some of these are given up before their shell has a process group.
        for (var after = TimeSpan.Zero; after < TimeSpan.FromMilliseconds(4); after += TimeSpan.FromMicroseconds(200))
        {
            using var patience = new CancellationTokenSource();
            var asking = AskAsync("sleep 600", patience.Token);
            var began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < after)
            {
                Thread.SpinWait(10);
            }

            patience.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(10)));
        }
    }

    [Fact]
    public async Task What_a_probe_leaves_behind_does_not_hold_its_answer_up() =>
        Assert.Equal(new ProbeAnswer(false, "no"), await AskAsync("echo no >&2; sleep 600 & exit 1").WaitAsync(TimeSpan.FromSeconds(10)));

    private static string Text => Encoding.UTF8.GetString(_question);

    private static string Path => Environment.GetEnvironmentVariable("PATH")!;

    private static Task<ProbeAnswer> AskAsync(string script, CancellationToken cancellation = default) => new ExecProbe(script, Path).AskAsync(_question, cancellation);

    /// <summary>A process that was killed may stay as a zombie where nobody fetches its end.</summary>
    private static bool Runs(int process) =>
        File.Exists($"/proc/{process}/stat") && File.ReadAllText($"/proc/{process}/stat") is var stat && stat[(stat.LastIndexOf(')') + 2)..][0] != 'Z';
}
