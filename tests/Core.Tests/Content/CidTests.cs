using System.Text;
using Bacalhau.Core.Content;

namespace Bacalhau.Core.Tests.Content;

/// <summary>The texts were made by js-ipfs 0.18 and coreutils (base32, sha256sum, sha512sum) for the same content.</summary>
public sealed class CidTests
{
    /// <summary>Content of the recorded case golden/engines/storage-ipfs.md, "file, CID version 1".</summary>
    private const string RecordedRaw = "bafkreidsffuigahterbf6fgelmh6fwwncfge7tcfqzxmp3pwwztu5e6q3y";
    private const string RecordedFile = "QmWDurQHZtD1cz3RuuiTtPQjP8RAHGU3VqZ7wV4kcGRHNB";

    [Theory]
    [InlineData(RecordedRaw, RecordedRaw)]
    [InlineData("BAFKREIDSFFUIGAHTERBF6FGELMH6FWWNCFGE7TCFQZXMP3PWWZTU5E6Q3Y", RecordedRaw)]
    [InlineData(RecordedFile, RecordedFile)]
    [InlineData("bafybeigwhl3zkbboi5p2zo4wfks5fhhrof3fbv3qmwicpwi4pgshb4kzpm", "bafybeigwhl3zkbboi5p2zo4wfks5fhhrof3fbv3qmwicpwi4pgshb4kzpm")]
    [InlineData("zdj7WjrAUdYTtowTwA5PkiVYnp9kPbjvHndrnMsDs5amVKvpJ", "bafybeigwhl3zkbboi5p2zo4wfks5fhhrof3fbv3qmwicpwi4pgshb4kzpm")]
    [InlineData("f01551220722968803073244bf14c45b0fe2dacd114c4fcc45866ec7edf6b6674e93d0de0", null)]
    [InlineData("bafkqabtimvwgy3yk", "bafkqabtimvwgy3yk")]
    [InlineData("bafkqaaa", "bafkqaaa")]
    public void Alphabets_and_versions_are_read(string text, string? shown)
    {
        Assert.True(Cid.TryParse(text, out var cid, out var problem), problem);
        if (shown is not null)
        {
            Assert.Equal(shown, cid.ToString());
        }
    }

    [Fact]
    public void Every_alphabet_names_the_same()
    {
        byte[] bytes = [1, 0x55, 0x12, 0x20, .. Enumerable.Repeat((byte)0xfb, 32)];
        Assert.True(Cid.TryRead(bytes, out var expected));
        var base64 = Convert.ToBase64String(bytes);
        string[] texts = ["f" + Convert.ToHexStringLower(bytes), "F" + Convert.ToHexString(bytes), "M" + base64, "m" + base64.TrimEnd('='), "u" + base64.TrimEnd('=').Replace('+', '-').Replace('/', '_')];

        Assert.All(texts, text => Assert.True(Cid.TryParse(text, out var cid, out var problem) && cid == expected, $"{text} {problem}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("Qm")]
    [InlineData("QmWDurQHZtD1cz3RuuiTtPQjP8RAHGU3VqZ7wV4kcGRHN0")]
    [InlineData("QmWDurQHZtD1cz3RuuiTtPQjP8RAHGU3VqZ7wV4kcGRHN")]
    [InlineData("zQmWDurQHZtD1cz3RuuiTtPQjP8RAHGU3VqZ7wV4kcGRHNB")]
    [InlineData("bafkreidsffuigahterbf6fgelmh6fwwncfge7tcfqzxmp3pwwztu5e6q3")]
    [InlineData("bafkreidsffuigahterbf6fgelmh6fwwncfge7tcfqzxmp3pwwztu5e6q3z")]
    [InlineData("bafkreidsffuigahterbf6fgelmh6fwwncfge7tcfqzxmp3pwwztu5e6q3yaa")]
    [InlineData("f02551220722968803073244bf14c45b0fe2dacd114c4fcc45866ec7edf6b6674e93d0de0")]
    [InlineData("f0155ffffffffffffffffffffffffff")]
    [InlineData("../etc/passwd")]
    [InlineData("b")]
    [InlineData("ü")]
    public void What_is_no_CID_is_said_to_be_none(string text)
    {
        Assert.False(Cid.TryParse(text, out _, out var problem));
        Assert.Equal("is no CID", problem);
    }

    [Fact]
    public void Very_long_text_is_no_CID() => Assert.False(Cid.TryParse("z" + new string('2', 1_000_000), out _, out _));

    [Theory]
    [InlineData("f017112200000000000000000000000000000000000000000000000000000000000000000", "codec 0x71")]
    [InlineData("f0155a0e402200000000000000000000000000000000000000000000000000000000000000000", "hash function 0xb220")]
    [InlineData("f01551210722968803073244bf14c45b0fe2dacd1", "hash function 0x12")]
    public void What_cannot_be_used_is_told_by_its_reason(string text, string reason)
    {
        Assert.False(Cid.TryParse(text, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_right_content_is_named()
    {
        Assert.True(Cid.TryParse(RecordedRaw, out var cid, out _));

        Assert.True(cid.Names("ipfs-file\n"u8));
        Assert.False(cid.Names("ipfs-file"u8));
        Assert.False(cid.Names([]));
    }

    [Fact]
    public void Identity_and_long_hashes_are_checked()
    {
        var sha512 = Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(Encoding.UTF8.GetBytes("hello\n")));
        Assert.True(Cid.TryParse("f01551340" + sha512, out var longer, out var problem), problem);
        Assert.True(longer.Names("hello\n"u8) && !longer.Names("hello"u8));
        Assert.True(Cid.TryParse("bafkqabtimvwgy3yk", out var inline, out _));
        Assert.Equal("hello\n"u8.ToArray(), inline.Inline);
        Assert.True(inline.Names("hello\n"u8) && !inline.Names("hello"u8));
    }

    [Fact]
    public void Versions_share_their_canonical_name()
    {
        Assert.True(Cid.TryParse(RecordedFile, out var old, out _));
        Assert.True(Cid.TryParse(old.Canonical, out var young, out _));

        Assert.Equal((0, 1), (old.Version, young.Version));
        Assert.Equal(old.Canonical, young.Canonical);
    }
}
