using System.Text;
using Bacalhau.Core.Jobs;
using FsCheck.Xunit;

namespace Bacalhau.Core.Tests.Jobs;

public sealed class ParamsTests
{
    [Fact]
    public void Docker_parameters_read_back_as_they_were_made()
    {
        var made = new DockerParams { Image = "i", Entrypoint = ["e"], Parameters = ["p", ""], EnvironmentVariables = ["A=b"], WorkingDirectory = "/w" };
        var read = DockerParams.Read(made.ToConfig()).Value!;
        Assert.Equal((made.Image, made.WorkingDirectory), (read.Image, read.WorkingDirectory));
        Assert.Equal([.. made.Entrypoint, .. made.Parameters, .. made.EnvironmentVariables], (string[])[.. read.Entrypoint, .. read.Parameters, .. read.EnvironmentVariables]);
    }

    [Fact]
    public void Names_of_parameters_match_without_case() =>
        Assert.Equal("x", WasmParams.Read(ParamValue.Config("wasm", ("entrymodule", ParamValue.Of("x")))).Value!.EntryModule);

    [Fact]
    public void The_entry_point_of_wasm_has_a_default() =>
        Assert.Equal("_start", WasmParams.Read(ParamValue.Config("wasm", ("EntryModule", ParamValue.Of("x")), ("Entrypoint", ParamValue.Null))).Value!.Entrypoint);

    [Fact]
    public void Every_wrong_docker_parameter_is_named()
    {
        var config = ParamValue.Config(
            "docker",
            ("Image", ParamValue.Of(true)),
            ("Parameters", ParamValue.Of("x")),
            ("EnvironmentVariables", ParamValue.Of(["bacalhau_x=1"])),
            ("WorkingDirectory", ParamValue.Of("w")));
        Assert.Equal(
            ["Engine.Params.Image", "Engine.Params.Parameters", "Engine.Params.EnvironmentVariables", "Engine.Params.WorkingDirectory"],
            DockerParams.Read(config).Problems.Select(problem => problem.Path));
    }

    [Theory]
    [InlineData("dir", LocalCreation.Dir)]
    [InlineData("FILE", LocalCreation.File)]
    [InlineData("", LocalCreation.NoCreate)]
    public void What_a_local_input_makes_is_read_without_case(string text, LocalCreation creation) => Assert.Equal(
        creation,
        LocalInputParams.Read(ParamValue.Config("local", ("SourcePath", ParamValue.Of("/s")), ("CreateAs", ParamValue.Of(text)))).Value!.CreateAs);

    [Fact]
    public void A_local_input_may_say_true_as_text() => Assert.True(
        LocalInputParams.Read(ParamValue.Config("local", ("SourcePath", ParamValue.Of("/s")), ("ReadWrite", ParamValue.Of("true")))).Value!.ReadWrite);

    [Theory]
    [InlineData("data:,hello%0A", "text/plain", "hello\n")]
    [InlineData("data:text/csv;charset=utf-8,a,b", "text/csv", "a,b")]
    [InlineData("DATA:;BASE64,aGVsbG8=", "text/plain", "hello")]
    [InlineData("data:;base64,aGVsbG8", "text/plain", "hello")]
    [InlineData("data:;base64,aGVsbG8%3D", "text/plain", "hello")]
    [InlineData("data:,", "text/plain", "")]
    [InlineData("data:,é", "text/plain", "é")]
    public void Data_urls_are_decoded(string text, string mediaType, string content)
    {
        Assert.True(DataUrl.TryParse(text, out var url, out var reason), reason);
        Assert.Equal((mediaType, content), (url.MediaType, Encoding.UTF8.GetString(url.Bytes.AsSpan())));
    }

    [Theory]
    [InlineData("http://x")]
    [InlineData("data:text/plain")]
    [InlineData("data:,%4")]
    [InlineData("data:,%xy")]
    [InlineData("data:;base64,!")]
    [InlineData("data:;base64,a")]
    public void Other_urls_are_refused_with_a_reason(string text)
    {
        Assert.False(DataUrl.TryParse(text, out _, out var reason));
        Assert.NotEmpty(reason);
    }

    [Property]
    public bool Any_bytes_survive_a_data_url(byte[] bytes) =>
        DataUrl.TryParse($"data:application/gzip;base64,{Convert.ToBase64String(bytes)}", out var url, out _) && url.Bytes.SequenceEqual(bytes);

    [Fact]
    public void Gzip_content_is_an_archive() => Assert.True(
        InlineInputParams.Read(ParamValue.Config("inline", ("URL", ParamValue.Of("data:application/gzip;base64,")))).Value!.IsArchive);

    [Theory]
    [InlineData("http://example.org/a.txt")]
    [InlineData("https://user:pw@example.org:8443/a/b?x=1#f")]
    [InlineData(" https://example.org/ ")]
    [InlineData("HTTP://[2001:db8::1]/x")]
    public void URL_of_a_file_is_read(string url) =>
        Assert.Equal(new Uri(url.Trim()), UrlInputParams.Read(ParamValue.Config("urlDownload", ("url", ParamValue.Of(url)))).Value!.Url);

    [Theory]
    [InlineData("", "needs URL")]
    [InlineData("example.org/a", "names a host")]
    [InlineData("http://", "names a host")]
    [InlineData("http://example.org", "has no path")]
    [InlineData("ftp://example.org/a", "only http and https")]
    [InlineData("file:///etc/passwd", "names a host")]
    public void What_is_no_URL_of_a_file_is_named(string url, string problem) =>
        Assert.Contains(problem, Assert.Single(UrlInputParams.Read(ParamValue.Config("urlDownload", ("URL", ParamValue.Of(url)))).Problems).Message, StringComparison.Ordinal);
}
