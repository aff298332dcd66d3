using System.Text;
using Bacalhau.Protocol.Logs;

namespace Bacalhau.Protocol.Tests.Logs;

public sealed class LogFramesTests
{
    [Fact]
    public void Frames_come_back_as_they_were_written()
    {
        byte[] bytes = [.. Frame(1, 5, "out\n"), .. Frame(2, long.MaxValue, "err")];

        Assert.Equal([(1, 5, "out\n"), (2, long.MaxValue, "err")], LogFrames.ReadAll(bytes).Select(Read));
    }

    [Fact]
    public void A_cut_last_frame_is_left_out_wherever_it_is_cut()
    {
        byte[] whole = [.. Frame(1, 1, "first"), .. Frame(1, 2, "second")];

        for (var cut = 1; cut < LogFrames.HeaderLength + 6; cut++)
        {
            Assert.Equal([(1, 1, "first")], LogFrames.ReadAll(whole.AsMemory(0, whole.Length - cut)).Select(Read));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, LogFrames.MaxBytes + 1)]
    public void What_is_no_frame_is_said_to_be_none(byte stream, int length)
    {
        var bytes = new byte[LogFrames.HeaderLength];
        LogFrames.WriteHeader(bytes, stream, 0, length);

        Assert.Throws<InvalidDataException>(() => LogFrames.TryReadHeader(bytes, out _, out _, out _));
    }

    [Theory]
    [InlineData(1, "c\n")]
    [InlineData(2, "b\nc\n")]
    [InlineData(3, "a\nb\nc\n")]
    [InlineData(9, "a\nb\nc\n")]
    public void Last_lines_are_found_within_and_across_frames(int lines, string expected)
    {
        byte[] bytes = [.. Frame(1, 1, "a\nb"), .. Frame(2, 2, "\n"), .. Frame(1, 3, "c\n")];

        Assert.Equal(expected, Text(LogFrames.LastLines(bytes, lines)));
    }

    [Fact]
    public void Text_without_an_end_of_line_counts_as_the_last_line() =>
        Assert.Equal("b\nrest", Text(LogFrames.LastLines(Frame(1, 1, "a\nb\nrest"), 2)));

    private static byte[] Frame(byte stream, long time, string text) => LogFrames.Encode(new LogFrame(stream, time, Encoding.UTF8.GetBytes(text)));

    private static (int Stream, long Time, string Text) Read(LogFrame frame) => (frame.Stream, frame.UnixMillis, Encoding.UTF8.GetString(frame.Bytes.Span));

    private static string Text(byte[] frames) => string.Concat(LogFrames.ReadAll(frames).Select(frame => Read(frame).Text));
}
