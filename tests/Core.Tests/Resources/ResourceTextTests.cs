using Bacalhau.Core.Resources;
using FsCheck.Xunit;

namespace Bacalhau.Core.Tests.Resources;

public sealed class ResourceTextTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("0.1", 100)]
    [InlineData("100m", 100)]
    [InlineData("2", 2000)]
    [InlineData("0.0005", 0)]
    [InlineData("0.29", 290)]
    [InlineData(" 1.5 ", 1500)]
    [InlineData("1e-1", 100)]
    [InlineData("500M", 500)]
    public void Cpu_is_read_into_thousandths(string text, long millis)
    {
        Assert.True(ResourceText.TryParseCpu(text, out var read));
        Assert.Equal(millis, read);
    }

    [Theory]
    [InlineData("lots")]
    [InlineData("1.5m")]
    [InlineData("-1")]
    [InlineData("-1m")]
    [InlineData("m")]
    [InlineData("1000001")]
    [InlineData("NaN")]
    [InlineData("1e99")]
    public void Other_cpu_texts_are_refused(string text) => Assert.False(ResourceText.TryParseCpu(text, out _));

    [Theory]
    [InlineData("", 0)]
    [InlineData("512Mb", 512_000_000)]
    [InlineData("512 MB", 512_000_000)]
    [InlineData("1.5GiB", 1_610_612_736)]
    [InlineData("1k", 1000)]
    [InlineData("1ki", 1024)]
    [InlineData("42", 42)]
    [InlineData("42b", 42)]
    [InlineData("1,000", 1000)]
    [InlineData("0.1b", 0)]
    [InlineData("2e", 2_000_000_000_000_000_000)]
    public void Sizes_are_read_into_bytes(string text, long bytes)
    {
        Assert.True(ResourceText.TryParseBytes(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("1 elephant")]
    [InlineData("-1Mb")]
    [InlineData("x")]
    [InlineData("mb")]
    [InlineData("1.2.3mb")]
    [InlineData("9999999e")]
    [InlineData("1bb")]
    [InlineData("1bi")]
    public void Other_sizes_are_refused(string text) => Assert.False(ResourceText.TryParseBytes(text, out _));

    [Theory]
    [InlineData("one")]
    [InlineData("0.5")]
    [InlineData("-1")]
    public void Devices_are_whole(string text) => Assert.False(ResourceText.TryParseGpus(text, out _));

    [Property]
    public bool Formatted_cpu_reads_back(uint millis)
    {
        var wanted = millis % (ResourceText.MaxCpuMillis + 1);
        return ResourceText.TryParseCpu(ResourceText.FormatCpu(wanted), out var read) && read == wanted;
    }

    [Property]
    public bool Formatted_sizes_read_back(ulong bytes, byte zeros)
    {
        var wanted = (long)(bytes >> 1) >> (zeros % 60) << (zeros % 60);
        return ResourceText.TryParseBytes(ResourceText.FormatBytes(wanted), out var read) && read == wanted;
    }

    [Property]
    public bool What_is_read_is_never_negative(string? text) =>
        (!ResourceText.TryParseCpu(text ?? "", out var millis) || millis >= 0)
        && (!ResourceText.TryParseBytes(text ?? "", out var bytes) || bytes >= 0)
        && (!ResourceText.TryParseGpus(text ?? "", out var gpus) || gpus >= 0);
}
