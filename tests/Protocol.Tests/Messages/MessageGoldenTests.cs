using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Protocol.Tests.Messages;

/// <summary>Each message has one exact JSON, kept in <c>Golden/messages</c>: another version of this program must read it.</summary>
public sealed class MessageGoldenTests
{
    public static TheoryData<string> Names => [.. MessageSamples.All.Select(sample => sample.GetType().Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Message_is_written_exactly_so(string name)
    {
        var sample = MessageSamples.All.Single(message => message.GetType().Name == name);

        Assert.Equal(Golden(name), Write(sample));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Message_that_was_read_is_written_the_same(string name)
    {
        var type = MessageSamples.All.Single(message => message.GetType().Name == name).GetType();

        var read = (Envelope)JsonSerializer.Deserialize(Golden(name), MessageJson.Default.GetTypeInfo(type)!)!;

        Assert.Equal(Golden(name), Write(read));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Message_with_unknown_fields_and_without_all_others_can_be_read(string name)
    {
        var type = MessageSamples.All.Single(message => message.GetType().Name == name).GetType();

        var read = (Envelope)JsonSerializer.Deserialize("""{"somethingNew":{"a":[1]}}""", MessageJson.Default.GetTypeInfo(type)!)!;

        Assert.Equal(("", "", 0L), (read.Cluster, read.Session, read.Term));
        Assert.NotEmpty(Write(read));
    }

    [Fact]
    public void Every_message_has_its_golden_file() => Assert.Equal(
        typeof(Envelope).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Envelope))).Select(type => type.Name).Order(StringComparer.Ordinal),
        MessageSamples.All.Select(sample => sample.GetType().Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_message_stands_in_the_table()
    {
        var table = File.ReadAllText(Path.Combine(Here(), "..", "..", "..", "src", "Protocol", "README.md"));

        Assert.All(MessageSamples.All, sample => Assert.Contains($"`{sample.GetType().Name}`", table, StringComparison.Ordinal));
    }

    private static string Write(Envelope message) => JsonSerializer.Serialize(message, MessageJson.Default.GetTypeInfo(message.GetType())!);

    /// <summary>The file, or, where it is not there and the environment asks for it, the file as it is written now.</summary>
    private static string Golden(string name)
    {
        var file = Path.Combine(Here(), "..", "Golden", "messages", $"{name}.json");
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("BACALHAU_TEST_WRITE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Write(MessageSamples.All.Single(message => message.GetType().Name == name)) + "\n", new UTF8Encoding(false));
        }

        return File.ReadAllText(file).TrimEnd('\n');
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
