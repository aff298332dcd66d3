using System.Runtime.Versioning;
using Bacalhau.Compute.Node;
using Bacalhau.Core;
using NATS.NKeys;

namespace Bacalhau.Compute.Tests.Node;

public sealed class NodeIdentityTests : IDisposable
{
    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("identity-").FullName, "node");

    [Fact]
    public void Identity_is_the_same_at_the_next_start()
    {
        using (var first = Open())
        {
            Assert.StartsWith("n-", first.Id.Value, StringComparison.Ordinal);
        }

        string id, key;
        using (var second = Open())
        {
            (id, key) = (second.Id.Value, second.PublicKey);
        }

        using var third = Open();
        Assert.Equal((id, key), (third.Id.Value, third.PublicKey));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void New_data_directory_is_its_owners_alone()
    {
        using var first = Open();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Fact]
    public void Second_process_on_the_same_folder_is_refused_with_words()
    {
        using var first = Open();

        var refusal = Assert.Throws<NodeRefusedException>(() => Open());

        Assert.Contains("used by another process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Key_is_readable_by_its_owner_only()
    {
        Open().Dispose();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "node.key")));
    }

    [Fact]
    public void Folder_of_a_node_is_not_taken_by_one_of_another_name()
    {
        Open("first").Dispose();

        Assert.Contains("'first'", Assert.Throws<NodeRefusedException>(() => Open("second")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b")]
    [InlineData("a b")]
    [InlineData("*")]
    [InlineData("../x")]
    public void Name_that_cannot_stand_in_a_subject_is_refused(string name) => Assert.Throws<NodeRefusedException>(() => Open(name));

    [Fact]
    public void Damaged_key_is_refused_with_words()
    {
        Open().Dispose();
        File.WriteAllText(Path.Combine(folder, "node.key"), "nonsense");

        Assert.Contains("damaged", Assert.Throws<NodeRefusedException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Join_request_proves_the_key()
    {
        using var identity = Open();

        var request = identity.CreateJoinRequest();

        using var pair = KeyPair.FromPublicKey(request.PublicKey);
        Assert.True(pair.Verify(System.Text.Encoding.UTF8.GetBytes($"{request.NodeId}\n{request.PublicKey}"), request.Proof));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    private NodeIdentity Open(string? name = null) => NodeIdentity.Open(folder, name, new RandomIds());

    private sealed class RandomIds : IIdSource
    {
        public Guid Next() => Guid.NewGuid();
    }
}
