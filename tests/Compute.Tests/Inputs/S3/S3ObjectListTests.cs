using System.IO.Compression;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.S3;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>The form of a list of objects, and what of other nodes' lists is refused.</summary>
public sealed class S3ObjectListTests
{
    private static readonly S3Item[] _objects =
    [
        new("p/a", "", "\"0123456789abcdef-7\"", 0),
        new("p/b \"quoted\"\n\u0001\\<&>", "", "W/\"weak\"", long.MaxValue),
        new("p/Ä€𝄞\u2028", "3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY", "", 7),
        new("q", "", "no quotes", 1),
    ];

    [Fact]
    public void What_was_written_is_read_again_to_the_letter() => Assert.Equal(_objects, Read(S3ObjectList.Write(_objects)));

    [Fact]
    public void Same_objects_give_the_same_bytes_in_whichever_order_they_were_found()
    {
        var list = S3ObjectList.Write(_objects);

        Assert.Equal(list, S3ObjectList.Write(_objects));
        Assert.Equal(list, S3ObjectList.Write(_objects.Reverse()));
        Assert.NotEqual(list, S3ObjectList.Write(_objects.Take(3)));
    }

    [Fact]
    public void Form_is_the_one_that_nodes_of_other_releases_read() => Assert.Equal(
        """{"form":1,"objects":[{"key":"k","version":"","tag":"\"t\"","bytes":5}]}""",
        Unpack(S3ObjectList.Write([new S3Item("k", "", "\"t\"", 5)])));

    [Fact]
    public void Prefix_without_objects_has_a_list() => Assert.Empty(Read(S3ObjectList.Write([])));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"form":1}""")]
    [InlineData("""{"form":2,"objects":[]}""")]
    [InlineData("""{"form":1,"objects":null}""")]
    [InlineData("""{"form":1,"objects":[null]}""")]
    [InlineData("""{"form":1,"objects":[{"key":"k","version":"","tag":"t"}]}""")]
    [InlineData("""{"form":1,"objects":[{"key":null,"version":"","tag":"t","bytes":1}]}""")]
    [InlineData("""{"form":1,"objects":[{"key":"k","version":"","tag":"t","bytes":-1}]}""")]
    [InlineData("""{"form":1,"objects":[{"key":"k","version":"","tag":"t","bytes":1e99}]}""")]
    [InlineData("""{"form":1,"objects":[]}]""")]
    public void What_is_no_list_is_refused_with_words(string json) => AssertRefused(Pack(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Bytes_that_cannot_be_unpacked_are_refused_with_words()
    {
        var list = S3ObjectList.Write(_objects);

        AssertRefused([]);
        AssertRefused("hello"u8.ToArray());
        AssertRefused(list[..^20]);
    }

    [Fact]
    public void List_of_too_many_objects_is_refused() =>
        Assert.Contains("it has more than 3 objects", AssertRefused(S3ObjectList.Write(_objects), most: 3), StringComparison.Ordinal);

    [Fact]
    public void What_grows_without_measure_when_it_is_unpacked_is_refused() =>
        Assert.Contains("bytes when it is unpacked", AssertRefused(Pack(new byte[130 * 1024 * 1024])), StringComparison.Ordinal);

    private static IReadOnlyList<S3Item> Read(byte[] list) => S3ObjectList.Read(list, 100, "s3://b/p/");

    private static string AssertRefused(byte[] list, int most = 100)
    {
        var error = Assert.Throws<EngineException>(() => S3ObjectList.Read(list, most, "s3://b/p/"));
        Assert.Equal(("S3:BadList", true), (error.Problem.Code, error.IsRefusal));
        Assert.StartsWith("the list of the objects of s3://b/p/ that all executions of this version of the job read cannot be used: ", error.Problem.Message, StringComparison.Ordinal);
        return error.Problem.Message;
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var pack = new GZipStream(packed, CompressionLevel.Fastest))
        {
            pack.Write(bytes);
        }

        return packed.ToArray();
    }

    private static string Unpack(byte[] list)
    {
        using var text = new StreamReader(new GZipStream(new MemoryStream(list), CompressionMode.Decompress), Encoding.UTF8);
        return text.ReadToEnd();
    }
}
