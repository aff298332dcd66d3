using System.Globalization;
using Bacalhau.Compute.Results;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>Many executions of one node over the same objects.</summary>
public sealed class S3ShareTests : S3Rig
{
    private const int Executions = 100;
    private const int Objects = 20;
    private const int ObjectBytes = 10_000_000;
    private const long AllBytes = (long)Objects * ObjectBytes;

    public S3ShareTests()
    {
        var random = new byte[ObjectBytes];
        new Random(9).NextBytes(random);
        for (var i = 0; i < Objects; i++)
        {
            random[0] = (byte)i;
            Server.Objects[string.Create(CultureInfo.InvariantCulture, $"p/{i:D2}")] = [.. random];
        }
    }

    [Fact]
    public async Task A_hundred_executions_over_200_megabytes_fetch_and_keep_them_once()
    {
        var mounts = await Task.WhenAll(Enumerable.Range(0, Executions).Select(_ => PrepareAsync("p/")));

        Assert.Equal(Objects, Server.Downloads.Count);
        Assert.Equal(
            (AllBytes, (Executions - 1) * AllBytes),
            (mounts.Sum(mount => mount.Bytes.Moved), mounts.Sum(mount => mount.Bytes.Here)));
        Assert.Equal(AllBytes, Cache.Bytes);
        foreach (var (key, content) in Server.Objects)
        {
            var path = Path.Combine(mounts[^1].Source, key["p/".Length..]);
            using var file = FileFacts.TryOpen(path)!;
            Assert.Equal(Executions + 1, FileFacts.Of(file).Links);
            var found = await File.ReadAllBytesAsync(path);
            Assert.True(found.SequenceEqual(content), key);
        }
    }
}
