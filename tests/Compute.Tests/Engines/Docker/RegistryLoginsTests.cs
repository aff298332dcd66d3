using Bacalhau.Compute.Engines.Docker;

namespace Bacalhau.Compute.Tests.Engines.Docker;

public sealed class RegistryLoginsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bacalhau-logins-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Login_of_the_environment_goes_to_Docker_Hub_and_nowhere_else()
    {
        var logins = new RegistryLogins(new DockerOptions { StoreId = "s", HubUsername = "alice", HubPassword = "secret" });

        Assert.Equal("alice", logins.Find("docker.io")!.Username);
        Assert.Null(logins.Find("registry.example.org"));
    }

    [Fact]
    public void Login_of_the_docker_client_goes_to_its_own_registry()
    {
        Write("""{"auths": {"registry.example.org:5000": {"auth": "Ym9iOnA6dw=="}, "https://index.docker.io/v1/": {"auth": "aHViOnB3"}}}""");
        var logins = NewLogins();

        Assert.Equal(("bob", "p:w"), (logins.Find("registry.example.org:5000")!.Username, logins.Find("registry.example.org:5000")!.Password));
        Assert.Equal("hub", logins.Find("docker.io")!.Username);
        Assert.Null(logins.Find("registry.example.org"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"auths": {"a.example.org": {}}}""")]
    [InlineData("""{"auths": {"a.example.org": {"auth": "???"}}}""")]
    [InlineData("""{"auths": {"a.example.org": {"auth": 5}}}""")]
    public void Damaged_file_is_as_no_login(string text)
    {
        Write(text);

        Assert.Null(NewLogins().Find("a.example.org"));
    }

    [Fact]
    public void Missing_file_is_as_no_login() => Assert.Null(NewLogins().Find("a.example.org"));

    private RegistryLogins NewLogins() => new(new DockerOptions { StoreId = "s", ClientConfigFolder = folder.FullName });

    private void Write(string text) => File.WriteAllText(Path.Combine(folder.FullName, "config.json"), text);
}
