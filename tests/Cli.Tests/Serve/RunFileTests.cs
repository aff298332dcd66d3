using Bacalhau.Cli.Serve;

namespace Bacalhau.Cli.Tests.Serve;

public sealed class RunFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bacalhau-run-file").FullName;

    [Fact]
    public void File_names_an_address_that_clients_can_use_and_goes_with_the_node()
    {
        var path = Path.Combine(folder, "bacalhau.run");
        using (RunFile.Write(Host(), folder, new Uri("http://0.0.0.0:1234")))
            Assert.Equal("export BACALHAU_API_HOST=127.0.0.1\nexport BACALHAU_API_PORT=1234\n", File.ReadAllText(path));

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Variable_puts_the_file_elsewhere()
    {
        using var file = RunFile.Write(Host(("DEVSTACK_ENV_FILE", "other.env")), "/nowhere", new Uri("http://10.0.0.5:80"));

        Assert.Equal("export BACALHAU_API_HOST=10.0.0.5\nexport BACALHAU_API_PORT=80\n", File.ReadAllText(Path.Combine(folder, "other.env")));
    }

    [Fact]
    public void File_that_cannot_be_written_is_warned_about()
    {
        using var error = new StringWriter();
        using (RunFile.Write(Host() with { Error = error }, Path.Combine(folder, "missing"), new Uri("http://10.0.0.5:80")))
            Assert.Contains("bacalhau.run", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private CliHost Host(params (string Name, string Value)[] variables) => new()
    {
        Output = TextWriter.Null,
        Error = TextWriter.Null,
        Input = TextReader.Null,
        Variable = name => variables.FirstOrDefault(variable => variable.Name == name).Value,
        VariableNames = () => variables.Select(variable => variable.Name),
        WorkingFolder = folder,
    };
}
