using System.Text;
using Bacalhau.Compute.Logs;
using Bacalhau.Protocol.Logs;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Compute.Tests.Logs;

public sealed class ExecutionLogTests
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.FromUnixTimeMilliseconds(1_000));

    [Fact]
    public async Task Output_is_read_from_a_position_while_it_is_written()
    {
        using var log = NewLog();
        await WriteAsync(log, "one\n");
        var first = log.Read(0, 1000);
        await WriteAsync(log, "two\n");

        var second = log.Read(first.Next, 1000);

        Assert.Equal(("one\n", "two\n"), (Text(first.Bytes), Text(second.Bytes)));
        Assert.False(second.IsEnd);
    }

    [Fact]
    public async Task Frames_carry_stream_and_time()
    {
        using var log = NewLog();
        await WriteAsync(log, "out");
        clock.Advance(TimeSpan.FromMilliseconds(7));
        await WriteAsync(log, "err", OutputStream.Stderr);

        var frames = LogFrames.ReadAll(log.Read(0, 1000).Bytes);

        Assert.Equal([(1, 1000), (2, 1007)], frames.Select(frame => ((int)frame.Stream, frame.UnixMillis)));
    }

    [Fact]
    public async Task Reader_is_woken_by_output()
    {
        using var log = NewLog();
        var waiting = log.WaitForMoreAsync(0, default);
        Assert.False(waiting.IsCompleted);

        await WriteAsync(log, "x");

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Reader_is_woken_by_the_end()
    {
        using var log = NewLog();
        var waiting = log.WaitForMoreAsync(0, default);

        log.End();

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(log.Read(0, 1000).IsEnd);
    }

    [Fact]
    public async Task Output_beyond_the_limit_is_dropped_and_counted_in_a_last_line()
    {
        using var log = NewLog(limitBytes: 100);
        await WriteAsync(log, new string('x', 500));
        await WriteAsync(log, "more");

        log.End();

        var dropped = 500 + 4 - (100 - LogFrames.HeaderLength);
        Assert.Equal(dropped, log.DroppedBytes);
        Assert.EndsWith($"\n[bacalhau: {dropped} bytes of output were dropped: the log holds at most 100 bytes]\n", Text(log.Read(0, 1000).Bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2048, false)]
    [InlineData(2049, true)]
    public async Task First_two_kibibytes_of_each_stream_are_described(int length, bool isTruncated)
    {
        using var log = NewLog();
        await WriteAsync(log, new string('x', length));

        var output = log.Describe(3);

        Assert.Equal((2048, isTruncated, 0, 3), (output.Stdout.Length, output.StdoutTruncated, output.Stderr.Length, output.ExitCode));
    }

    [Theory]
    [InlineData(1, "line 9999\n")]
    [InlineData(2, "line 9998\nline 9999\n")]
    public async Task Last_lines_of_a_long_log_are_found(int lines, string expected)
    {
        using var log = NewLog();
        for (var n = 0; n < 10_000; n++)
        {
            await WriteAsync(log, $"line {n}\n");
        }

        Assert.Equal(expected, Text(log.ReadLastLines(lines, 100_000).Bytes));
    }

    [Fact]
    public async Task Many_last_lines_reach_back_over_marks()
    {
        using var log = NewLog();
        for (var n = 0; n < 10_000; n++)
        {
            await WriteAsync(log, $"line {n}\n");
        }

        Assert.StartsWith("line 1000\n", Text(log.ReadLastLines(9_000, 10_000_000).Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_holds_the_last_whole_frames()
    {
        using var log = NewLog();
        for (var n = 0; n < 20_000; n++)
        {
            await WriteAsync(log, $"{n:d5}\n");
        }

        var tail = log.Tail(64 * 1024);

        Assert.InRange(tail.Length, (64 * 1024) - 19, 64 * 1024);
        Assert.EndsWith("19998\n19999\n", Text(tail), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_that_begins_anew_is_read_from_its_new_beginning_by_old_positions()
    {
        using var log = NewLog();
        await WriteAsync(log, "old text that was longer");
        var old = log.Read(0, 1000);
        await log.RestartAsync(default);
        await WriteAsync(log, "new");

        Assert.Equal("new", Text(log.Read(old.Next, 1000).Bytes));
        Assert.Equal("new", Text(log.Read(0, 1000).Bytes));
        Assert.Equal("new", Encoding.UTF8.GetString(log.Describe(0).Stdout));
    }

    [Fact]
    public async Task Log_is_taken_up_again_after_a_restart_of_the_node_and_a_cut_frame_is_forgotten()
    {
        var path = Path.Combine(Path.GetTempPath(), $"bacalhau-log-{Guid.NewGuid():N}");
        try
        {
            using (var log = ExecutionLog.Open(path, clock, 1000))
            {
                await WriteAsync(log, "kept\n");
                await WriteAsync(log, "cut\n");
            }

            using (var file = File.OpenWrite(path))
            {
                file.SetLength(file.Length - 1);
            }

            using var again = ExecutionLog.Open(path, clock, 1000);
            await WriteAsync(again, "after\n");

            Assert.Equal("kept\nafter\n", Text(again.Read(0, 1000).Bytes));
            Assert.Equal("kept\nafter\n", Encoding.UTF8.GetString(again.Describe(0).Stdout));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Pieces_hold_whole_frames_and_no_more_than_asked()
    {
        using var log = NewLog();
        await WriteAsync(log, new string('x', 200_000));

        var sizes = new List<int>();
        for (var piece = log.Read(0, 70_000); piece.Bytes.Length > 0; piece = log.Read(piece.Next, 70_000))
        {
            sizes.Add(LogFrames.ReadAll(piece.Bytes).Sum(frame => frame.Bytes.Length));
        }

        Assert.Equal([65_536, 65_536, 68_928], sizes);
    }

    [Fact]
    public async Task A_disk_that_takes_no_more_drops_output_and_says_how_much()
    {
        var disk = new FullDisk { Room = 100 };
        using var log = new ExecutionLog(disk, clock, 1_000_000);
        await WriteAsync(log, "fits");
        await WriteAsync(log, new string('x', 500));

        Assert.Equal(500, log.DroppedBytes);
        Assert.Equal("fits", Text(log.Read(0, 1000).Bytes));
        disk.Room = 1000;
        log.End();
        Assert.Equal("fits\n[bacalhau: 500 bytes of output were dropped: the node's disk was full]\n", Text(log.Read(0, 1000).Bytes));
    }

    [Fact]
    public async Task A_file_that_a_full_disk_left_empty_is_made_anew()
    {
        var folder = Directory.CreateTempSubdirectory("bacalhau-log-");
        var path = Path.Combine(folder.FullName, "log");
        using (var log = ExecutionLog.Open(path, clock, 1_000_000))
        {
            // As a full disk does: the file could be made, and nothing be written to it.
            await File.WriteAllBytesAsync(path, []);
            await WriteAsync(log, "there is room again");
        }

        using var again = ExecutionLog.Open(path, clock, 1_000_000);
        Assert.Equal("there is room again", Text(again.Read(0, 1000).Bytes));
        folder.Delete(recursive: true);
    }

    private ExecutionLog NewLog(long limitBytes = 100_000_000) => new(new MemoryStream(), clock, limitBytes);

    private static ValueTask WriteAsync(ExecutionLog log, string text, OutputStream stream = OutputStream.Stdout) =>
        log.WriteAsync(stream, Encoding.UTF8.GetBytes(text), default);

    private static string Text(byte[] frames) => string.Concat(LogFrames.ReadAll(frames).Select(frame => Encoding.UTF8.GetString(frame.Bytes.Span)));

    private sealed class FullDisk : MemoryStream
    {
        public int Room { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Position + buffer.Length > Room)
            {
                throw new IOException("No space left on device");
            }

            base.Write(buffer);
        }
    }
}
